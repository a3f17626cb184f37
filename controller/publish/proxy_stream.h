// One stream to one proxy: order and lifetime of gRPC's reads, writes and the end. Decides nothing;
// what arrives goes to StreamEvents, what is sent comes from there.
// Threads: gRPC's, and whoever calls send() or end(). No lock is held while an operation of gRPC
// starts, since its reactions may run inside that call.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>

#include "common/base/clock.h"
#include "controller/publish/chunks.h"
#include "postern/config/v1alpha1/config.pb.h"

namespace postern::publish {

class ProxyStream;

class StreamEvents {
 public:
  virtual ~StreamEvents() = default;
  // One after the other for each stream.
  virtual void arrived(ProxyStream& stream, const config::v1alpha1::ProxyMessage& message) = 0;
  // The last call for this stream; it is destroyed when nobody holds it any more.
  virtual void gone(ProxyStream& stream) = 0;
};

class ProxyStream final : public grpc::ServerBidiReactor<config::v1alpha1::ProxyMessage,
                                                         config::v1alpha1::ControllerMessage>,
                          public std::enable_shared_from_this<ProxyStream> {
 public:
  ProxyStream(ConnectionId id, grpc::CallbackServerContext& context, StreamEvents& events)
      : id_(id), context_(context), events_(events) {}

  // Once, after somebody holds a shared_ptr; ends the stream when no Hello was seen in time.
  void begin(Duration hello_timeout);
  void send(config::v1alpha1::ControllerMessage message);
  // The stream ends when expect_nothing() is not called in time.
  void send(Push push, std::size_t most_octets, Duration result_timeout);
  void expect_nothing();
  void end(grpc::Status status);

  [[nodiscard]] ConnectionId id() const { return id_; }
  [[nodiscard]] const grpc::CallbackServerContext& context() const { return context_; }

 private:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void expect(Duration timeout, const char* what);
  void set_alarm(Duration after, std::function<void()> task);  // under the lock
  void cancel_write();
  void pump();
  [[nodiscard]] bool fill_next_message();

  const ConnectionId id_;
  grpc::CallbackServerContext& context_;
  StreamEvents& events_;

  std::mutex mutex_;
  config::v1alpha1::ProxyMessage in_;
  config::v1alpha1::ControllerMessage out_;
  std::deque<config::v1alpha1::ControllerMessage> messages_;
  std::optional<Chunks> chunks_;
  std::optional<grpc::Status> ending_;
  bool writing_ = false;
  bool finished_ = false;
  int pins_ = 0;  // while somebody uses context_ without the lock, the stream may not finish
  std::unique_ptr<grpc::Alarm> alarm_;
  std::uint64_t expectation_ = 0;
};

}  // namespace postern::publish
