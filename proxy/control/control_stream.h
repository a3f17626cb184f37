// One stream to the controller, from start() to its end: order and lifetime of gRPC's reads and
// writes. Decides nothing. All its calls and events are on the control thread; gRPC's threads only
// post there. One message is in hand at a time: the next is read when the last was looked at.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include <grpcpp/grpcpp.h>

#include "postern/config/v1alpha1/config.grpc.pb.h"
#include "proxy/control/control_thread.h"

namespace postern::control {

class ControlStream final : public grpc::ClientBidiReactor<config::v1alpha1::ProxyMessage,
                                                           config::v1alpha1::ControllerMessage>,
                            public std::enable_shared_from_this<ControlStream> {
 public:
  struct Events {
    std::function<void(config::v1alpha1::ControllerMessage&)> arrived;
    std::function<void(const grpc::Status&)> ended;  // the last one
  };

  ControlStream(ControlThread& thread, Events events)
      : thread_(thread), events_(std::move(events)) {}

  void start(config::v1alpha1::ConfigStream::Stub& stub);
  void send(config::v1alpha1::ProxyMessage message);
  // The end comes by itself, as an event.
  void cancel() { context_.TryCancel(); }
  // No event from now on.
  void detach() { events_ = {}; }

 private:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  void look_at_message();
  void write_next();
  void let_go();

  ControlThread& thread_;
  Events events_;
  grpc::ClientContext context_;
  config::v1alpha1::ControllerMessage in_;
  config::v1alpha1::ProxyMessage out_;
  std::deque<config::v1alpha1::ProxyMessage> messages_;
  std::shared_ptr<ControlStream> self_;  // until OnDone: gRPC refers to this
  bool writing_ = false;
  bool over_ = false;  // no operation may start any more
};

}  // namespace postern::control
