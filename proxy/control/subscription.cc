#include "proxy/control/subscription.h"

#include <algorithm>
#include <chrono>

#include "common/base/ascii.h"
#include "common/base/digest.h"

namespace postern::control {

namespace pb = config::v1alpha1;

namespace {

// A controller that asks for more than that every second has a mistake in it.
constexpr Duration kLeastLoadInterval{100};
// Nobody means to wait longer before he is rid of us.
constexpr Duration kMostRedirectDelay{600'000};

double system_random() {
  std::uint32_t number = 0;
  random_octets(&number, sizeof number);
  return static_cast<double>(number) / 4294967296.0;
}

Duration duration_of(const google::protobuf::Duration& from) {
  constexpr std::int64_t kMostSeconds = 86'400;
  return std::chrono::seconds(std::clamp<std::int64_t>(from.seconds(), 0, kMostSeconds)) +
         Duration(std::clamp(from.nanos() / 1'000'000, 0, 999));
}

}  // namespace

Subscription::Subscription(SubscriberSettings settings, std::unique_ptr<Transport> transport,
                           Needs needs)
    : settings_(std::move(settings)),
      node_{settings_.proxy_name, settings_.ingress_class, settings_.instance_id,
            settings_.build_version, settings_.max_update_bytes},
      needs_(needs),
      transport_(std::move(transport)),
      metrics_(settings_.metrics),
      backoff_(settings_.backoff, settings_.random ? settings_.random : system_random) {}

void Subscription::start() {
  needs_.thread.post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->begin();
  });
}

void Subscription::post_after(Duration delay, void (Subscription::*step)()) {
  needs_.thread.post_after(delay, [weak = weak_from_this(), step] {
    if (const auto self = weak.lock()) ((*self).*step)();
  });
}

void Subscription::post_on_stream(Duration delay, void (Subscription::*step)()) {
  needs_.thread.post_after(delay, [weak = weak_from_this(), step, number = connection_.number] {
    const auto self = weak.lock();
    if (self && self->connection_.stream && self->connection_.number == number) {
      ((*self).*step)();
    }
  });
}

void Subscription::connect() {
  if (is_stopping_ || connection_.stream) return;
  // What is held is only known when the update in hand has come into force or failed.
  connects_when_applied_ = is_applying_;
  if (!is_applying_) open();
}

void Subscription::open() {
  if (connection_.number > 0) metrics_.reconnects.add();
  connection_ = {connection_.number + 1, nullptr, std::chrono::steady_clock::now(), nullptr};
  load_reports_.forget();
  load_interval_ = Duration(0);
  StreamEvents events;
  events.arrived = [weak = weak_from_this()](pb::ControllerMessage& message) {
    if (const auto self = weak.lock()) self->arrived(message);
  };
  events.ended = [weak = weak_from_this()](const StreamEnd& end) {
    if (const auto self = weak.lock()) self->ended(end);
  };
  connection_.stream = transport_->open(std::move(events));
  connection_.stream->send(hello_message(node_, needs_.adopter, provenance_));
  send_drain();
}

void Subscription::arrived(pb::ControllerMessage& message) {
  if (connection_.is_left) return;
  metrics_.received_octets.add(message.ByteSizeLong());
  switch (message.message_case()) {
    case pb::ControllerMessage::kWelcome: return welcomed(message.welcome());
    case pb::ControllerMessage::kUpdate: return stage(*message.mutable_update());
    case pb::ControllerMessage::kRedirect: return follow(message.redirect());
    case pb::ControllerMessage::MESSAGE_NOT_SET: return;  // of a newer controller
  }
}

void Subscription::welcomed(const pb::Welcome& welcome) {
  metrics_.connected.set(1);
  needs_.log.line(LogLevel::Info, "controller reached",
                  {{"controller", printable(welcome.controller_id())}});
  const Duration interval = duration_of(welcome.load_report_interval());
  const bool is_first = load_interval_ == Duration(0);
  if (interval == Duration(0) || !count_load || !is_first) return;
  load_interval_ = std::max(interval, kLeastLoadInterval);
  post_on_stream(load_interval_, &Subscription::report_load);
}

// A report that would wait behind something else is dropped: the next one says more.
void Subscription::report_load() {
  if (!connection_.stream->is_writing()) {
    connection_.stream->send(load_reports_.message(count_load(), std::chrono::system_clock::now()));
  }
  post_on_stream(load_interval_, &Subscription::report_load);
}

void Subscription::follow(const pb::Redirect& redirect) {
  const Duration after = std::min(duration_of(redirect.after()), kMostRedirectDelay);
  needs_.log.line(LogLevel::Info, "controller asks to connect anew",
                  {{field::kReason, printable(redirect.reason())},
                   {"after_ms", static_cast<std::int64_t>(after.count())}});
  connection_.is_redirected = true;
  post_on_stream(after, &Subscription::leave);
}

void Subscription::leave() {
  connection_.is_left = true;
  connection_.stream->cancel();
}

void Subscription::leave_for(std::string_view broken_rule) {
  needs_.log.line(LogLevel::Error, "controller broke a rule of the stream, which is left",
                  {{field::kReason, broken_rule}});
  leave();
}

void Subscription::ended(const StreamEnd& end) {
  const auto lived = std::chrono::steady_clock::now() - connection_.opened;
  connection_.stream.reset();
  staging_.drop();
  metrics_.connected.set(0);
  if (is_stopping_) return say_stopped();
  // Not at once for a stream that was redirected at once: two controllers that send us to and fro
  // would see us hundreds of times a second.
  if (connection_.is_redirected && lived >= settings_.backoff.least) return connect();
  const bool is_lasting = end.kind == StreamEnd::Kind::LastingRefusal;
  const Duration delay = is_lasting ? backoff_.slow() : backoff_.next();
  needs_.log.line(LogLevel::Warning, "controller lost; serving on",
                  {{field::kReason, printable(end.reason)},
                   {"retry_ms", static_cast<std::int64_t>(delay.count())}});
  post_after(delay, &Subscription::connect);
}

void Subscription::announce_drain(WallTime deadline, std::uint64_t sessions) {
  pb::DrainNotice notice;
  put_time(deadline, *notice.mutable_deadline());
  notice.set_open_sessions(sessions);
  needs_.thread.post([weak = weak_from_this(), notice = std::move(notice)] {
    const auto self = weak.lock();
    if (!self) return;
    self->drain_ = notice;
    self->send_drain();
  });
}

void Subscription::send_drain() {
  if (!drain_ || !connection_.stream) return;
  pb::ProxyMessage message;
  *message.mutable_drain() = *drain_;
  connection_.stream->send(std::move(message));
}

void Subscription::stop() {
  if (needs_.thread.post([self = shared_from_this()] { self->begin_stop(); })) {
    std::unique_lock lock(mutex_);
    stopped_changed_.wait(lock, [&] { return is_stopped_; });
  }
  if (keeper_) keeper_->stop();
}

void Subscription::begin_stop() {
  is_stopping_ = true;
  if (connection_.stream) return connection_.stream->cancel();
  say_stopped();
}

void Subscription::say_stopped() {
  const std::lock_guard lock(mutex_);
  is_stopped_ = true;
  stopped_changed_.notify_all();
}

}  // namespace postern::control
