// A proxy that says what the test wants it to say, and nothing else.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

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
  // All chunks of the next update, welcomes and redirects passed over; none: the stream ended.
  std::vector<pb::ConfigUpdate> hear_update() {
    std::vector<pb::ConfigUpdate> chunks;
    while (auto message = hear()) {
      if (!message->has_update()) continue;
      octets_heard_ += message->ByteSizeLong();
      chunks.push_back(std::move(*message->mutable_update()));
      if (chunks.back().last_chunk()) return chunks;
    }
    return {};
  }
  void answer(const std::string& nonce, pb::ApplyResult::State state,
              std::vector<pb::ResourceError> errors = {}) {
    pb::ProxyMessage message;
    message.mutable_result()->set_nonce(nonce);
    message.mutable_result()->set_state(state);
    for (pb::ResourceError& error : errors) *message.mutable_result()->add_errors() = error;
    say(message);
  }
  // Everything of the next update is taken.
  std::vector<pb::ConfigUpdate> accept_update() {
    auto chunks = hear_update();
    if (!chunks.empty()) answer(chunks.back().nonce(), pb::ApplyResult::STATE_ACTIVE);
    return chunks;
  }
  [[nodiscard]] std::size_t octets_heard() const { return octets_heard_; }  // of updates
  // Half of an update is enough for some.
  void break_off() { context_.TryCancel(); }
  grpc::Status end() {
    while (hear()) {
    }
    return stream_->Finish();
  }

 private:
  std::unique_ptr<pb::ConfigStream::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<pb::ProxyMessage, pb::ControllerMessage>> stream_;
  std::size_t octets_heard_ = 0;
};

inline pb::ProxyMessage mk_hello(const std::string& ingress_class = "mail") {
  pb::ProxyMessage message;
  message.mutable_hello()->mutable_node()->set_ingress_class(ingress_class);
  message.mutable_hello()->set_min_protocol(1);
  message.mutable_hello()->set_max_protocol(1);
  return message;
}

// A Hello of a proxy that holds what it was sent in `chunks`.
inline pb::ProxyMessage mk_hello_holding(const std::vector<pb::ConfigUpdate>& chunks) {
  pb::ProxyMessage message = mk_hello();
  for (const pb::ConfigUpdate& chunk : chunks) {
    for (const pb::Resource& resource : chunk.upserts()) {
      pb::ResourceVersion& held = *message.mutable_hello()->add_held();
      held.set_type(resource.type());
      held.set_name(resource.name());
      held.set_version(resource.version());
    }
  }
  return message;
}

inline std::vector<std::string> names_of(const std::vector<pb::ConfigUpdate>& chunks) {
  std::vector<std::string> names;
  for (const pb::ConfigUpdate& chunk : chunks) {
    for (const pb::Resource& resource : chunk.upserts()) names.push_back(resource.name());
  }
  return names;
}

inline pb::ResourceError mk_error(const pb::Resource& resource, pb::ResourceError::Code code) {
  pb::ResourceError error;
  error.set_type(resource.type());
  error.set_name(resource.name());
  error.set_version(resource.version());
  error.set_code(code);
  error.set_field("tls.key_pairs[0]");
  error.set_detail("not to be had");
  return error;
}

}  // namespace postern::test
