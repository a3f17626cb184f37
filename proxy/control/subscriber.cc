#include "proxy/control/subscriber.h"

#include <condition_variable>
#include <mutex>
#include <optional>

#include <grpcpp/grpcpp.h>

#include "common/base/ascii.h"
#include "common/base/digest.h"
#include "common/wire/enum_tables.h"
#include "proxy/control/control_stream.h"
#include "proxy/control/staging.h"

namespace postern::control {

namespace pb = config::v1alpha1;

namespace {

constexpr std::uint32_t kProtocol = 1;
constexpr int kReceiveOctets = 8 << 20;
constexpr std::size_t kDetailedErrorOctets = std::size_t{2} << 20;
constexpr int kPingIntervalMs = 30'000;
constexpr int kPingTimeoutMs = 10'000;

double system_random() {
  std::uint32_t number = 0;
  random_octets(&number, sizeof number);
  return static_cast<double>(number) / 4294967296.0;
}

// Thousands of bad resources must fit into one answer: those that come late lose their details.
void add_error(const pb::ResourceError& error, pb::ApplyResult& result, std::size_t& octets) {
  pb::ResourceError& added = *result.add_errors();
  added = error;
  octets += error.ByteSizeLong();
  if (octets > kDetailedErrorOctets) added.clear_detail();
}

// The next attempt would meet the same answer: somebody has to change something first.
bool is_lasting(grpc::StatusCode code) {
  return code == grpc::StatusCode::PERMISSION_DENIED ||
         code == grpc::StatusCode::FAILED_PRECONDITION ||
         code == grpc::StatusCode::UNAUTHENTICATED || code == grpc::StatusCode::UNIMPLEMENTED;
}

pb::ApplyResult::State state_of(adopt::State state, bool decode_errors) {
  switch (state) {
    case adopt::State::Active:
      return decode_errors ? pb::ApplyResult::STATE_PARTIALLY_ACTIVE
                           : pb::ApplyResult::STATE_ACTIVE;
    case adopt::State::PartiallyActive: return pb::ApplyResult::STATE_PARTIALLY_ACTIVE;
    case adopt::State::Rejected: return pb::ApplyResult::STATE_REJECTED;
  }
  return pb::ApplyResult::STATE_REJECTED;
}

}  // namespace

class Subscriber::Core final : public std::enable_shared_from_this<Core> {
 public:
  Core(SubscriberSettings settings, std::shared_ptr<grpc::Channel> channel, ControlThread& thread,
       adopt::Adopter& adopter, Log& log)
      : settings_(std::move(settings)),
        thread_(thread),
        adopter_(adopter),
        log_(log),
        stub_(pb::ConfigStream::NewStub(std::move(channel))),
        backoff_(settings_.backoff, settings_.random ? settings_.random : system_random) {}

  std::function<void(const Applied&)> when_applied;

  void start() { post(&Core::connect); }
  void stop();

 private:
  // An update that was handed to the adopter, until its last answer.
  struct Ticket {
    std::string nonce;
    std::string version;
    std::uint64_t stream = 0;
    Instant staged_at;
    std::vector<pb::ResourceError> errors;
    bool answered = false;
  };

  void post(void (Core::*step)());
  void post_after(Duration delay, void (Core::*step)());

  void connect();
  [[nodiscard]] pb::ProxyMessage hello() const;
  void arrived(pb::ControllerMessage& message);
  void stage(pb::ConfigUpdate& chunk);
  void apply(StagedUpdate staged);
  void answer(Ticket& ticket, const adopt::Outcome& outcome);
  void tell(const Ticket& ticket, const adopt::Outcome& outcome);
  void follow(const pb::Redirect& redirect);
  void ended(const grpc::Status& status);
  void begin_stop();
  void say_stopped();

  const SubscriberSettings settings_;
  ControlThread& thread_;
  adopt::Adopter& adopter_;
  Log& log_;
  const std::unique_ptr<pb::ConfigStream::Stub> stub_;

  // Of the control thread.
  Backoff backoff_;
  Staging staging_;
  std::shared_ptr<ControlStream> stream_;
  std::uint64_t streams_ = 0;
  bool applying_ = false;
  bool connect_when_applied_ = false;
  bool stopping_ = false;

  std::mutex mutex_;
  std::condition_variable stopped_changed_;
  bool stopped_ = false;
};

void Subscriber::Core::post(void (Core::*step)()) {
  thread_.post([core = weak_from_this(), step] {
    if (const auto self = core.lock()) ((*self).*step)();
  });
}

void Subscriber::Core::post_after(Duration delay, void (Core::*step)()) {
  thread_.post_after(delay, [core = weak_from_this(), step] {
    if (const auto self = core.lock()) ((*self).*step)();
  });
}

void Subscriber::Core::connect() {
  if (stopping_ || stream_) return;
  // What is held is only known when the update in hand has come into force or failed.
  connect_when_applied_ = applying_;
  if (applying_) return;
  ++streams_;
  ControlStream::Events events;
  events.arrived = [core = weak_from_this()](pb::ControllerMessage& message) {
    if (const auto self = core.lock()) self->arrived(message);
  };
  events.ended = [core = weak_from_this()](const grpc::Status& status) {
    if (const auto self = core.lock()) self->ended(status);
  };
  stream_ = std::make_shared<ControlStream>(thread_, std::move(events));
  stream_->start(*stub_);
  stream_->send(hello());
}

pb::ProxyMessage Subscriber::Core::hello() const {
  pb::ProxyMessage message;
  pb::Hello& hello = *message.mutable_hello();
  hello.mutable_node()->set_proxy_name(settings_.proxy_name);
  hello.mutable_node()->set_ingress_class(settings_.ingress_class);
  hello.mutable_node()->set_instance_id(settings_.instance_id);
  hello.mutable_node()->set_build_version(settings_.build_version);
  hello.set_min_protocol(kProtocol);
  hello.set_max_protocol(kProtocol);
  hello.add_features("chunking");
  hello.add_features("late-reject");
  for (const adopt::HeldResource& held : adopter_.held()) {
    pb::ResourceVersion& entry = *hello.add_held();
    entry.set_type(wire::to_wire(held.key.type, wire::kResourceTypes));
    entry.set_name(held.key.name);
    entry.set_version(held.version);
  }
  hello.set_applied_version(adopter_.version());
  hello.set_origin(hello.applied_version().empty() ? pb::CONFIG_ORIGIN_UNSPECIFIED
                                                   : pb::CONFIG_ORIGIN_STREAM);
  hello.set_max_update_bytes(settings_.max_update_bytes);
  return message;
}

void Subscriber::Core::arrived(pb::ControllerMessage& message) {
  switch (message.message_case()) {
    case pb::ControllerMessage::kWelcome:
      return log_.line(LogLevel::Info, "controller reached", {});
    case pb::ControllerMessage::kUpdate: return stage(*message.mutable_update());
    case pb::ControllerMessage::kRedirect: return follow(message.redirect());
    case pb::ControllerMessage::MESSAGE_NOT_SET: return;  // of a newer controller
  }
}

void Subscriber::Core::stage(pb::ConfigUpdate& chunk) {
  auto staged = staging_.add(chunk, adopter_.held());
  if (!staged) return;
  if (applying_) {  // one update at a time is the rule; a controller that breaks it is left
    log_.line(LogLevel::Error, "controller sent two updates at once", {});
    return stream_->cancel();
  }
  apply(std::move(*staged));
}

void Subscriber::Core::apply(StagedUpdate staged) {
  pb::ProxyMessage accepted;
  accepted.mutable_result()->set_nonce(staged.nonce);
  accepted.mutable_result()->set_state(pb::ApplyResult::STATE_ACCEPTED);
  stream_->send(std::move(accepted));
  auto ticket =
      std::make_shared<Ticket>(Ticket{std::move(staged.nonce), staged.update.version, streams_,
                                      std::chrono::steady_clock::now(), std::move(staged.errors)});
  applying_ = true;
  adopter_.apply(std::move(staged.update),
                 [core = weak_from_this(), ticket, &thread = thread_](adopt::Outcome outcome) {
                   thread.post([core, ticket, outcome = std::move(outcome)] {
                     if (const auto self = core.lock()) self->answer(*ticket, outcome);
                   });
                 });
}

// Also for later corrections of an update that was answered already.
void Subscriber::Core::answer(Ticket& ticket, const adopt::Outcome& outcome) {
  if (stream_ && ticket.stream == streams_) tell(ticket, outcome);
  if (!ticket.answered) {
    ticket.answered = true;
    applying_ = false;
    backoff_.reset();
  }
  if (when_applied && !stopping_) {
    when_applied({ticket.version, outcome.state, outcome.errors.size() + ticket.errors.size()});
  }
  if (connect_when_applied_ && !applying_) connect();
}

void Subscriber::Core::tell(const Ticket& ticket, const adopt::Outcome& outcome) {
  pb::ProxyMessage message;
  pb::ApplyResult& result = *message.mutable_result();
  result.set_nonce(ticket.nonce);
  result.set_state(state_of(outcome.state, !ticket.errors.empty()));
  std::size_t octets = 0;
  for (const pb::ResourceError& error : ticket.errors) add_error(error, result, octets);
  for (const adopt::ResourceError& error : outcome.errors) {
    add_error(error_message(error), result, octets);
  }
  const auto took = std::chrono::steady_clock::now() - ticket.staged_at;
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  result.mutable_apply_time()->set_seconds(us / 1'000'000);
  result.mutable_apply_time()->set_nanos(static_cast<std::int32_t>(us % 1'000'000 * 1000));
  stream_->send(std::move(message));
}

void Subscriber::Core::follow(const pb::Redirect& redirect) {
  const Duration after = std::chrono::seconds(redirect.after().seconds()) +
                         Duration(redirect.after().nanos() / 1'000'000);
  thread_.post_after(after, [core = weak_from_this(), stream = streams_] {
    const auto self = core.lock();
    if (self && self->stream_ && self->streams_ == stream) self->stream_->cancel();
  });
}

void Subscriber::Core::ended(const grpc::Status& status) {
  stream_.reset();
  staging_.drop();
  if (stopping_) return say_stopped();
  const Duration delay = is_lasting(status.error_code()) ? backoff_.slow() : backoff_.next();
  log_.line(LogLevel::Warning, "controller lost; serving on",
            {{field::kReason, printable(status.error_message())},
             {"retry_ms", static_cast<std::int64_t>(delay.count())}});
  post_after(delay, &Core::connect);
}

void Subscriber::Core::stop() {
  if (!thread_.post([self = shared_from_this()] { self->begin_stop(); })) return;
  std::unique_lock lock(mutex_);
  stopped_changed_.wait(lock, [&] { return stopped_; });
}

void Subscriber::Core::begin_stop() {
  stopping_ = true;
  if (stream_) return stream_->cancel();
  say_stopped();
}

void Subscriber::Core::say_stopped() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  stopped_changed_.notify_all();
}

Subscriber::Subscriber(SubscriberSettings settings, std::shared_ptr<grpc::Channel> channel,
                       ControlThread& thread, adopt::Adopter& adopter, Log& log)
    : core_(std::make_shared<Core>(std::move(settings), std::move(channel), thread, adopter, log)) {
}
Subscriber::~Subscriber() { stop(); }

void Subscriber::when_applied(std::function<void(const Applied&)> applied) {
  core_->when_applied = std::move(applied);
}
void Subscriber::start() { core_->start(); }
void Subscriber::stop() { core_->stop(); }

void set_stream_limits(grpc::ChannelArguments& arguments) {
  arguments.SetMaxReceiveMessageSize(kReceiveOctets);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingIntervalMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingTimeoutMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
}

}  // namespace postern::control
