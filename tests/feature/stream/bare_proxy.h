// A proxy that says what the test wants it to say, and nothing else.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <grpcpp/grpcpp.h>

#include "postern/config/v1alpha1/config.grpc.pb.h"

namespace postern::test {

namespace pb = config::v1alpha1;

class BareProxy {
 public:
  explicit BareProxy(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(pb::ConfigStream::NewStub(channel)) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    stream_ = stub_->Connect(&context_);
  }
  void say(const pb::ProxyMessage& message) { stream_->Write(message); }
  std::optional<pb::ControllerMessage> hear() {
    pb::ControllerMessage message;
    if (!stream_->Read(&message)) return std::nullopt;
    return message;
  }
  grpc::Status end() {
    while (hear()) {
    }
    return stream_->Finish();
  }

 private:
  std::unique_ptr<pb::ConfigStream::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<pb::ProxyMessage, pb::ControllerMessage>> stream_;
};

inline pb::ProxyMessage mk_hello(const std::string& ingress_class = "mail") {
  pb::ProxyMessage message;
  message.mutable_hello()->mutable_node()->set_ingress_class(ingress_class);
  message.mutable_hello()->set_min_protocol(1);
  message.mutable_hello()->set_max_protocol(1);
  return message;
}

}  // namespace postern::test
