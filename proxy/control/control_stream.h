// The transport over gRPC. ControlStream: one stream to the controller, from start() to its end:
// order and lifetime of gRPC's reads and writes. Decides nothing. All its calls and events are on
// the control thread; gRPC's threads only post there. One message is in hand at a time: the next
// is read when the last was looked at.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include <google/protobuf/arena.h>
#include <grpcpp/grpcpp.h>

#include "postern/config/v1alpha1/config.grpc.pb.h"
#include "proxy/control/control_thread.h"
#include "proxy/control/transport.h"

namespace postern::control {

class ControlStream final : public grpc::ClientBidiReactor<config::v1alpha1::ProxyMessage,
                                                           config::v1alpha1::ControllerMessage>,
                            public Stream,
                            public std::enable_shared_from_this<ControlStream> {
 public:
  ControlStream(ControlThread& thread, StreamEvents events)
      : thread_(thread), events_(std::move(events)) {}

  void start(config::v1alpha1::ConfigStream::Stub& stub);
  void send(config::v1alpha1::ProxyMessage message) override;
  void cancel() override { context_.TryCancel(); }
  [[nodiscard]] bool is_writing() const override { return writing_; }

 private:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  static google::protobuf::ArenaOptions arena_options();
  void read_next();
  void look_at_message();
  void write_next();
  void let_go();

  ControlThread& thread_;
  StreamEvents events_;
  grpc::ClientContext context_;
  // A port of a thousand tenants is many small things: they come and go together.
  google::protobuf::Arena arena_{arena_options()};
  config::v1alpha1::ControllerMessage* in_ = nullptr;
  config::v1alpha1::ProxyMessage out_;
  std::deque<config::v1alpha1::ProxyMessage> messages_;
  std::shared_ptr<ControlStream> self_;  // until OnDone: gRPC refers to this
  bool writing_ = false;
  bool over_ = false;  // no operation may start any more
};

// `thread` outlives the last event of every stream.
class GrpcTransport final : public Transport {
 public:
  GrpcTransport(std::shared_ptr<grpc::Channel> channel, ControlThread& thread)
      : thread_(thread), stub_(config::v1alpha1::ConfigStream::NewStub(std::move(channel))) {}

  [[nodiscard]] std::shared_ptr<Stream> open(StreamEvents events) override;

 private:
  ControlThread& thread_;
  const std::unique_ptr<config::v1alpha1::ConfigStream::Stub> stub_;
};

}  // namespace postern::control
