# The programs: a main.cc each, and nothing but the room it starts.
add_executable(postern cli/tool/main.cc)
target_link_libraries(postern PRIVATE postern_tool)
add_executable(postern-controller controller/app/main.cc)
target_link_libraries(postern-controller PRIVATE postern_controller_app)
add_executable(postern-proxy proxy/app/main.cc)
target_link_libraries(postern-proxy PRIVATE postern_proxy_app)
