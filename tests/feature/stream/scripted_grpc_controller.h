// A controller over real gRPC that says what the test wants it to say. Its address is a socket in a
// folder of the test's, so that it can go away and come back.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "postern/config/v1alpha1/config.grpc.pb.h"
#include "proxy/control/subscriber.h"
#include "tests/support/holding_adopter.h"
#include "tests/support/kept_lines.h"
#include "tests/support/letterbox.h"
#include "tests/support/stream_words.h"
#include "tests/support/temporary_folder.h"

namespace postern::test {

// One stream at the controller's end. gRPC's call lives until end().
class GrpcCall {
 public:
  using Wire = grpc::ServerReaderWriter<pb::ControllerMessage, pb::ProxyMessage>;

  explicit GrpcCall(Wire& wire) : wire_(wire) {}
  ~GrpcCall() { end(grpc::Status::OK); }
  GrpcCall(const GrpcCall&) = delete;
  GrpcCall& operator=(const GrpcCall&) = delete;

  void say(const pb::ControllerMessage& message) { wire_.Write(message); }
  void say(const UpdateWords& words) { say(words.message()); }
  // Nothing: the proxy is gone.
  std::optional<pb::ProxyMessage> hear() {
    pb::ProxyMessage message;
    if (!wire_.Read(&message)) return std::nullopt;
    return message;
  }
  pb::ApplyResult hear_result() {
    const auto message = hear();
    if (!message || !message->has_result()) throw std::runtime_error("no result");
    return message->result();
  }
  // Whether ACCEPTED comes before it or not.
  pb::ApplyResult final_result() {
    pb::ApplyResult result = hear_result();
    if (result.state() == pb::ApplyResult::STATE_ACCEPTED) result = hear_result();
    return result;
  }
  void end(const grpc::Status& status) {
    if (!ended_.exchange(true)) status_.set_value(status);
  }
  std::future<grpc::Status> status() { return status_.get_future(); }

 private:
  Wire& wire_;
  std::promise<grpc::Status> status_;
  std::atomic<bool> ended_ = false;
};

class GrpcController {
 public:
  GrpcController() { come(); }
  ~GrpcController() { go(); }

  void come() {
    service_.set_away(false);
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address(), grpc::InsecureServerCredentials());
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
  }
  // Every stream breaks.
  void go() {
    if (!server_) return;
    service_.set_away(true);
    server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }
  // The next stream, after its Hello.
  std::pair<std::shared_ptr<GrpcCall>, pb::Hello> accept() {
    std::shared_ptr<GrpcCall> call = service_.calls.take();
    const auto first = call->hear();
    if (!first || !first->has_hello()) throw std::runtime_error("no hello");
    return {call, first->hello()};
  }
  [[nodiscard]] std::shared_ptr<grpc::Channel> channel() const {
    grpc::ChannelArguments arguments;
    control::set_stream_limits(arguments);
    return grpc::CreateCustomChannel(address(), grpc::InsecureChannelCredentials(), arguments);
  }

 private:
  struct Service final : pb::ConfigStream::Service {
    grpc::Status Connect(grpc::ServerContext*, GrpcCall::Wire* wire) override {
      auto call = std::make_shared<GrpcCall>(*wire);
      auto status = call->status();
      {
        const std::lock_guard lock(mutex);
        if (is_away) return {grpc::StatusCode::UNAVAILABLE, "away"};
        all.push_back(call);
        calls.put(std::move(call));
      }
      return status.get();
    }
    // The server waits for its calls, of which nobody may have heard yet.
    void set_away(bool away) {
      const std::lock_guard lock(mutex);
      is_away = away;
      calls.clear();
      for (const auto& weak : std::exchange(all, {})) {
        if (const auto call = weak.lock()) call->end({grpc::StatusCode::UNAVAILABLE, "away"});
      }
    }

    Letterbox<std::shared_ptr<GrpcCall>> calls;
    std::mutex mutex;
    bool is_away = false;
    std::vector<std::weak_ptr<GrpcCall>> all;
  };

  [[nodiscard]] std::string address() const { return "unix:" + (folder_ / "stream"); }

  TemporaryFolder folder_;
  Service service_;
  std::unique_ptr<grpc::Server> server_;
};

// A proxy's end over gRPC.
class GrpcProxy {
 public:
  explicit GrpcProxy(const GrpcController& controller,
                     control::SubscriberSettings settings = usual())
      : subscriber_(with(std::move(settings), metrics), controller.channel(), thread_, adopter,
                    log) {
    subscriber_.start();
  }
  static control::SubscriberSettings usual() {
    control::SubscriberSettings settings;
    settings.proxy_name = "proxy-1";
    settings.ingress_class = "mail";
    settings.backoff = {Duration(1), Duration(20)};
    return settings;
  }

  KeptLines log;
  Metrics metrics;
  HoldingAdopter adopter;

 private:
  static control::SubscriberSettings with(control::SubscriberSettings settings, Metrics& metrics) {
    settings.metrics = &metrics;
    return settings;
  }

  control::ControlThread thread_;
  control::Subscriber subscriber_;
};

}  // namespace postern::test
