# The file VERSION, and the commit when git is there as this is configured.
set(postern_commit "")
find_package(Git QUIET)
if(GIT_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} -C ${CMAKE_SOURCE_DIR} rev-parse --short=12 HEAD
                  OUTPUT_VARIABLE postern_commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
set_source_files_properties(${CMAKE_SOURCE_DIR}/common/base/version.cc PROPERTIES
  COMPILE_DEFINITIONS "POSTERN_VERSION=\"${postern_version}\";POSTERN_COMMIT=\"${postern_commit}\"")
