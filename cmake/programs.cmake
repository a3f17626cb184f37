# The programs: a main.cc each, and nothing but the room it starts.
if(EXISTS ${CMAKE_SOURCE_DIR}/cli/tool/main.cc)
  add_executable(postern cli/tool/main.cc)
  target_link_libraries(postern PRIVATE postern_tool)
endif()
