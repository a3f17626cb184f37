# The CRDs in deploy/crds become strings in the controller: what `postern run DIR` checks is the text
# that a cluster applies.
if(TARGET postern_decode)
  foreach(plural mailservers mailclasses)
    set(crd_yaml ${CMAKE_SOURCE_DIR}/deploy/crds/${plural}.yaml)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${crd_yaml})
    file(READ ${crd_yaml} crd_of_${plural})
  endforeach()
  configure_file(${CMAKE_SOURCE_DIR}/cmake/crd_text.cc.in
                 ${CMAKE_BINARY_DIR}/generated/controller/decode/crd_text.cc @ONLY)
  target_sources(postern_decode PRIVATE
                 ${CMAKE_BINARY_DIR}/generated/controller/decode/crd_text.cc)
endif()
