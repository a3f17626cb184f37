# proto/**/*.proto -> postern_proto; only common/wire and the two gRPC rooms may include it.
set(proto_out ${CMAKE_BINARY_DIR}/proto)
file(MAKE_DIRECTORY ${proto_out})
set(proto_dir postern/config/v1alpha1)
set(proto_sources)
foreach(name resources config)
  set(in ${CMAKE_SOURCE_DIR}/proto/${proto_dir}/${name}.proto)
  set(out ${proto_out}/${proto_dir}/${name})
  add_custom_command(
    OUTPUT ${out}.pb.cc ${out}.pb.h
    COMMAND protobuf::protoc --cpp_out=${proto_out} -I ${CMAKE_SOURCE_DIR}/proto ${in}
    DEPENDS ${in} VERBATIM)
  list(APPEND proto_sources ${out}.pb.cc)
endforeach()
set(config_proto ${CMAKE_SOURCE_DIR}/proto/${proto_dir}/config.proto)
add_custom_command(
  OUTPUT ${proto_out}/${proto_dir}/config.grpc.pb.cc ${proto_out}/${proto_dir}/config.grpc.pb.h
  COMMAND protobuf::protoc --grpc_out=${proto_out} -I ${CMAKE_SOURCE_DIR}/proto
          --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin> ${config_proto}
  DEPENDS ${config_proto} ${proto_out}/${proto_dir}/config.pb.h VERBATIM)
add_library(postern_proto STATIC ${proto_sources} ${proto_out}/${proto_dir}/config.grpc.pb.cc)
target_include_directories(postern_proto SYSTEM PUBLIC ${proto_out})
target_compile_options(postern_proto PRIVATE -w)
target_link_libraries(postern_proto PUBLIC protobuf::libprotobuf gRPC::grpc++)
