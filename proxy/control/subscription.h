// Subscription: all that decides at the proxy's end of the stream, without the library that carries
// it. One stream at a time, one update in hand; a new stream waits until that update is settled,
// because Hello says what is held.
// Life: a shared_ptr that the Subscriber has; tasks and answers of the adopter hold it weakly.
// Threads: start(), announce_drain() and stop() from anywhere but the control thread; the private
// functions on the control thread.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "proxy/control/hello.h"
#include "proxy/control/last_good_writer.h"
#include "proxy/control/staging.h"
#include "proxy/control/standing.h"
#include "proxy/control/subscriber.h"

namespace postern::control {

class Subscription final : public std::enable_shared_from_this<Subscription> {
 public:
  struct Needs {
    ControlThread& thread;
    adopt::Adopter& adopter;
    Log& log;
  };
  Subscription(SubscriberSettings settings, std::unique_ptr<Transport> transport, Needs needs);

  void start();
  void announce_drain(WallTime deadline, std::uint64_t sessions);
  void stop();

  std::function<void(const Applied&)> when_applied;
  CountLoad count_load;

 private:
  // An update that was handed to the adopter; it may be answered more than once.
  struct Ticket {
    std::uint64_t number = 0;
    std::string nonce;
    std::string version;
    Provenance provenance;
    std::uint64_t stream = 0;  // 0: it came from the disk
    Instant staged_at{};
    WireErrors undecoded;
    // All that it named, until it is answered; then what was refused: only that can change yet, and
    // the first ticket of a stream is kept for as long as the stream.
    std::vector<config::ResourceKey> named;
    bool names_anything = false;
    adopt::Outcome outcome;  // the last one
    bool is_answered = false;
  };
  // What is known of the stream of now. Another stream, another one of these.
  struct Connection {
    std::uint64_t number = 0;  // 1, 2, ...
    std::shared_ptr<Stream> stream;
    Instant opened{};
    std::shared_ptr<Ticket> opening;  // the first that was answered on it
    bool is_redirected = false;       // the controller wants us to come back at once
    bool is_left = false;             // it broke a rule: what still comes is not looked at
  };

  void post_after(Duration delay, void (Subscription::*step)());
  // Unless the stream of now is over by then.
  void post_on_stream(Duration delay, void (Subscription::*step)());

  // The stream: subscription.cc.
  void connect();
  void open();
  void arrived(config::v1alpha1::ControllerMessage& message);
  void welcomed(const config::v1alpha1::Welcome& welcome);
  void follow(const config::v1alpha1::Redirect& redirect);
  void leave();
  void leave_for(std::string_view broken_rule);
  void ended(const StreamEnd& end);
  void report_load();
  void send_drain();
  void begin_stop();
  void say_stopped();

  // Updates: subscription_update.cc.
  void begin();
  [[nodiscard]] bool bring_back();
  void stage(config::v1alpha1::ConfigUpdate& chunk);
  void accept_if_slow(const std::shared_ptr<const Ticket>& ticket);
  void apply(adopt::Update update, std::shared_ptr<Ticket> ticket);
  void answer(const std::shared_ptr<Ticket>& ticket, adopt::Outcome outcome);
  void tell(const std::shared_ptr<Ticket>& ticket);
  void settle(Ticket& ticket);
  void keep(const Ticket& ticket);
  void log_restored(const Ticket& ticket);

  const SubscriberSettings settings_;
  const Node node_;
  const Needs needs_;
  const std::unique_ptr<Transport> transport_;
  StreamMetrics metrics_;
  std::unique_ptr<LastGoodWriter> keeper_;
  std::optional<adopt::Restored> restored_;  // until it was answered

  Backoff backoff_;
  Staging staging_;
  Standing standing_;
  std::uint64_t tickets_ = 0;
  Provenance provenance_;
  Connection connection_;
  LoadReports load_reports_;
  Duration load_interval_{0};
  std::optional<config::v1alpha1::DrainNotice> drain_;
  bool is_applying_ = false;
  bool connects_when_applied_ = false;
  bool is_stopping_ = false;

  std::mutex mutex_;
  std::condition_variable stopped_changed_;
  bool is_stopped_ = false;
};

}  // namespace postern::control
