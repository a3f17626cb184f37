// One stream to one proxy: order and lifetime of gRPC's reads, writes and the end. Decides nothing;
// what arrives goes to StreamEvents, what is sent comes from the distribution, whose link it is.
// Threads: gRPC's, and whoever calls send(), redirect() or end(). No lock is held while an
// operation of gRPC starts, since its reactions may run inside that call.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>

#include "common/base/metrics.h"
#include "controller/publish/chunks.h"
#include "controller/publish/proxy_link.h"
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
                          public ProxyLink,
                          public std::enable_shared_from_this<ProxyStream> {
 public:
  // `pushed_octets` and `events` outlive this.
  ProxyStream(grpc::CallbackServerContext& context, StreamEvents& events, Counter& pushed_octets)
      : context_(context), events_(events), pushed_octets_(pushed_octets) {}

  // Once, after somebody holds a shared_ptr.
  void begin(ConnectionId id);
  // Before the first push.
  void limit_chunks(std::size_t most_octets);
  void send(config::v1alpha1::ControllerMessage message);

  void send(Push push) override;
  void redirect(Duration after, std::string_view reason) override;
  void end(EndReason reason, std::string words) override;

  [[nodiscard]] ConnectionId id() const { return id_; }
  [[nodiscard]] const grpc::CallbackServerContext& context() const { return context_; }

 private:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void end(grpc::Status status);
  void cancel_write_soon();  // under the lock
  void cancel_write();
  void pump();
  [[nodiscard]] bool fill_next_message();

  grpc::CallbackServerContext& context_;
  StreamEvents& events_;
  Counter& pushed_octets_;
  ConnectionId id_ = 0;

  std::mutex mutex_;
  config::v1alpha1::ProxyMessage in_;
  config::v1alpha1::ControllerMessage out_;
  std::deque<config::v1alpha1::ControllerMessage> messages_;
  std::optional<Chunks> chunks_;
  std::optional<grpc::Status> ending_;
  bool writing_ = false;
  bool finished_ = false;
  int pins_ = 0;  // while somebody uses context_ without the lock, the stream may not finish
  std::size_t most_octets_ = 0;  // of a chunk
  grpc::Alarm alarm_;
};

}  // namespace postern::publish
