// The transport over gRPC. ControlStream: one stream to the controller, from start() to its end:
// order and lifetime of gRPC's reads and writes. Decides nothing. All its calls and events are on
// the control thread; what gRPC has done comes from a thread that waits for nothing else, and is
// posted there. One message is in hand at a time: the next is read when the last was looked at.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <thread>

#include <google/protobuf/arena.h>
#include <grpcpp/grpcpp.h>

#include "postern/config/v1alpha1/config.grpc.pb.h"
#include "proxy/control/control_thread.h"
#include "proxy/control/transport.h"

namespace postern::control {

class ControlStream final : public Stream, public std::enable_shared_from_this<ControlStream> {
 public:
  ControlStream(ControlThread& thread, StreamEvents events)
      : thread_(thread), events_(std::move(events)) {}

  void start(config::v1alpha1::ConfigStream::Stub& stub, grpc::CompletionQueue& queue);
  void send(config::v1alpha1::ProxyMessage message) override;
  void cancel() override { context_.TryCancel(); }
  [[nodiscard]] bool is_writing() const override { return writing_; }

  // What gRPC was asked to do, and refers to until it is done.
  struct Operation {
    void (ControlStream::*done)(bool ok);
    std::shared_ptr<ControlStream> stream = nullptr;  // while it is under way
  };
  // On the thread of the queue.
  static void completed(Operation& operation, bool ok);

 private:
  [[nodiscard]] Operation* begin(Operation& operation);
  void started(bool ok);
  void was_read(bool ok);
  void was_written(bool ok);
  void finished(bool ok);

  static google::protobuf::ArenaOptions arena_options();
  void read_next();
  void write_next();
  void finish();

  ControlThread& thread_;
  StreamEvents events_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<config::v1alpha1::ProxyMessage,
                                                config::v1alpha1::ControllerMessage>>
      stream_;
  grpc::Status status_;
  // A port of a thousand tenants is many small things: they come and go together.
  google::protobuf::Arena arena_{arena_options()};
  config::v1alpha1::ControllerMessage* in_ = nullptr;
  config::v1alpha1::ProxyMessage out_;
  std::deque<config::v1alpha1::ProxyMessage> messages_;
  Operation start_{&ControlStream::started};
  Operation read_{&ControlStream::was_read};
  Operation write_{&ControlStream::was_written};
  Operation finish_{&ControlStream::finished};
  bool open_ = false;
  bool writing_ = false;
};

// `thread` outlives the last event of every stream.
class GrpcTransport final : public Transport {
 public:
  GrpcTransport(std::shared_ptr<grpc::Channel> channel, ControlThread& thread);
  ~GrpcTransport() override;
  GrpcTransport(const GrpcTransport&) = delete;
  GrpcTransport& operator=(const GrpcTransport&) = delete;

  [[nodiscard]] std::shared_ptr<Stream> open(StreamEvents events) override;

 private:
  void wait();

  ControlThread& thread_;
  const std::unique_ptr<config::v1alpha1::ConfigStream::Stub> stub_;
  // One thread that waits, reads and hands over: gRPC's own threads for callbacks take turns, which
  // costs a change more than what is in it.
  grpc::CompletionQueue queue_;
  std::thread waiting_;
};

}  // namespace postern::control
