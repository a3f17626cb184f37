// A controller that says what the test wants it to say, over a transport without gRPC. The test's
// thread speaks and hears; everything reaches the subscription on the control thread, as it does
// over gRPC.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "common/base/metrics.h"
#include "proxy/control/control_thread.h"
#include "proxy/control/subscriber.h"
#include "tests/support/holding_adopter.h"
#include "tests/support/kept_lines.h"
#include "tests/support/letterbox.h"
#include "tests/support/stream_words.h"

namespace postern::test {

// One stream, from both sides.
class Call final : public control::Stream, public std::enable_shared_from_this<Call> {
 public:
  Call(control::ControlThread& thread, control::StreamEvents events)
      : thread_(thread), events_(std::move(events)) {}

  void send(pb::ProxyMessage message) override {
    if (!ended_) heard_.put(std::move(message));
  }
  void cancel() override {
    cancelled_ = true;
    end({control::StreamEnd::Kind::Lost, "cancelled"});
  }
  [[nodiscard]] bool is_writing() const override { return is_writing_; }

  void say(const pb::ControllerMessage& message) {
    thread_.post([self = shared_from_this(), message = message]() mutable {
      if (!self->ended_) self->events_.arrived(message);
    });
  }
  void say(const UpdateWords& words) { say(words.message()); }
  void end(const control::StreamEnd& end = {control::StreamEnd::Kind::Lost, "gone"}) {
    thread_.post([self = shared_from_this(), end] {
      if (std::exchange(self->ended_, true)) return;
      std::exchange(self->events_, {}).ended(end);
    });
  }
  pb::ProxyMessage hear() { return heard_.take(); }
  pb::ApplyResult hear_result() {
    const pb::ProxyMessage message = hear();
    if (!message.has_result()) throw std::runtime_error("no result: " + message.DebugString());
    return message.result();
  }
  [[nodiscard]] std::size_t unheard() const { return heard_.size(); }
  [[nodiscard]] bool is_cancelled() const { return cancelled_; }
  void stop_reading() { is_writing_ = true; }

 private:
  control::ControlThread& thread_;
  control::StreamEvents events_;
  bool ended_ = false;  // of the control thread
  Letterbox<pb::ProxyMessage> heard_;
  std::atomic<bool> cancelled_ = false;
  std::atomic<bool> is_writing_ = false;
};

// The proxy's end, and who is at the other one.
class Subscribed {
  Letterbox<std::shared_ptr<Call>> calls_;  // first: what is below speaks through it until its end

 public:
  explicit Subscribed(control::SubscriberSettings settings = usual()) {
    settings.metrics = &metrics;
    subscriber = std::make_unique<control::Subscriber>(
        std::move(settings), std::make_unique<Line>(*this), thread, adopter, log);
  }
  static control::SubscriberSettings usual() {
    control::SubscriberSettings settings;
    settings.proxy_name = "proxy-1";
    settings.ingress_class = "mail";
    settings.instance_id = "1";
    settings.backoff = {Duration(0), Duration(5)};
    return settings;
  }

  // The next stream, and what was said first on it.
  std::pair<std::shared_ptr<Call>, pb::Hello> accept() {
    std::shared_ptr<Call> call = calls_.take();
    const pb::ProxyMessage first = call->hear();
    if (!first.has_hello()) throw std::runtime_error("no hello");
    return {call, first.hello()};
  }
  // The first stream, welcomed.
  std::shared_ptr<Call> begin() {
    subscriber->start();
    const std::shared_ptr<Call> call = accept().first;
    call->say(mk_welcome());
    return call;
  }
  // All that was posted to the control thread until now is done.
  void settle() {
    std::promise<void> done;
    thread.post([&] { done.set_value(); });
    done.get_future().wait();
  }
  // Whether ACCEPTED comes before it or not.
  static pb::ApplyResult result_of(Call& call) {
    pb::ApplyResult result = call.hear_result();
    if (result.state() == pb::ApplyResult::STATE_ACCEPTED) result = call.hear_result();
    return result;
  }

  KeptLines log;
  Metrics metrics;
  HoldingAdopter adopter;
  control::ControlThread thread;
  std::unique_ptr<control::Subscriber> subscriber;

 private:
  class Line final : public control::Transport {
   public:
    explicit Line(Subscribed& rig) : rig_(rig) {}
    std::shared_ptr<control::Stream> open(control::StreamEvents events) override {
      auto call = std::make_shared<Call>(rig_.thread, std::move(events));
      rig_.calls_.put(call);
      return call;
    }

   private:
    Subscribed& rig_;
  };
};

}  // namespace postern::test
