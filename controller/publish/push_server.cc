#include "controller/publish/push_server.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include "common/base/ascii.h"
#include "controller/publish/distribution.h"
#include "controller/publish/peer_identity.h"
#include "controller/publish/proxy_stream.h"
#include "controller/publish/stream_messages.h"
#include "postern/config/v1alpha1/config.grpc.pb.h"

namespace postern::publish {

namespace {

namespace pb = config::v1alpha1;

// The one shape of the stream that there is so far.
constexpr std::uint32_t kProtocol = 1;
// A chunk: what the proxy says, within what makes sense; below gRPC's receive limit with room.
constexpr std::size_t kLeastChunkOctets = std::size_t{16} << 10;
constexpr std::size_t kUsualChunkOctets = std::size_t{1} << 20;
constexpr std::size_t kMostChunkOctets = std::size_t{4} << 20;
constexpr int kReceiveOctets = 8 << 20;
constexpr int kLeastPingIntervalMs = 10'000;
constexpr int kPingEveryMs = 30'000;
constexpr int kPingTimeoutMs = 10'000;
// Redirect comes at 30 to 60 minutes; this is for a proxy that did not heed it. gRPC takes a tenth
// off or puts it on.
constexpr int kMostConnectionAgeMs = 70 * 60'000;
constexpr int kConnectionGraceMs = 2 * 60'000;
// A proxy has one stream, two while it comes back; programs of tests have some more on one
// connection. A peer that opens and resets streams by the thousand gets no further than this.
constexpr int kMostStreams = 100;

std::size_t chunk_octets(const pb::Hello& hello) {
  if (hello.max_update_bytes() == 0) return kUsualChunkOctets;
  return std::clamp<std::size_t>(hello.max_update_bytes(), kLeastChunkOctets, kMostChunkOctets);
}

DistributionSettings distribution_settings(const PushServerSettings& settings) {
  return {.hello_timeout = settings.hello_timeout,
          .result_timeout = settings.result_timeout,
          .revision_wait = settings.revision_wait,
          .redirect_every_min = settings.redirect_every_min,
          .redirect_every_max = settings.redirect_every_max};
}

pb::ControllerMessage mk_welcome(const PushServerSettings& settings) {
  pb::ControllerMessage message;
  pb::Welcome& welcome = *message.mutable_welcome();
  welcome.set_protocol(kProtocol);
  welcome.set_controller_id(settings.controller_id);
  const Duration every = settings.load_report_interval;
  if (every.count() <= 0) return message;
  welcome.mutable_load_report_interval()->set_seconds(every.count() / 1000);
  welcome.mutable_load_report_interval()->set_nanos(
      static_cast<std::int32_t>(every.count() % 1000 * 1'000'000));
  return message;
}

}  // namespace

class PushServer::Streams final : public pb::ConfigStream::CallbackService, public StreamEvents {
 public:
  Streams(PushServerSettings settings, const PeerIdentity& identity, ReportSink reports, Log& log)
      : settings_(std::move(settings)),
        identity_(identity),
        log_(log),
        metrics_(settings_.metrics ? *settings_.metrics : uncounted_),
        distribution_(distribution_settings(settings_), {clock_, log, metrics_},
                      std::move(reports)),
        checking_([this] { check_now_and_then(); }) {}

  void stop();
  [[nodiscard]] Distribution& distribution() { return distribution_; }

 private:
  grpc::ServerBidiReactor<pb::ProxyMessage, pb::ControllerMessage>* Connect(
      grpc::CallbackServerContext* context) override;
  void arrived(ProxyStream& stream, const pb::ProxyMessage& message) override;
  void gone(ProxyStream& stream) override { distribution_.leave(stream.id()); }

  void greet(ProxyStream& stream, const pb::Hello& hello);
  // Empty words: it may.
  [[nodiscard]] std::pair<EndReason, std::string> why_not(const ProxyStream& stream,
                                                          const pb::Hello& hello) const;
  void check_now_and_then();

  const PushServerSettings settings_;
  const PeerIdentity& identity_;
  Log& log_;
  SystemClock clock_;
  Metrics uncounted_;  // where nobody gave a registry
  PushMetrics metrics_;
  Distribution distribution_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::thread checking_;  // last: it uses all of the above
};

void PushServer::Streams::check_now_and_then() {
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, settings_.check_every, [this] { return stopping_; })) {
    lock.unlock();
    distribution_.check();
    lock.lock();
  }
}

grpc::ServerBidiReactor<pb::ProxyMessage, pb::ControllerMessage>* PushServer::Streams::Connect(
    grpc::CallbackServerContext* context) {
  const auto stream = std::make_shared<ProxyStream>(*context, *this, metrics_.octets());
  // The distribution holds it until gone().
  stream->begin(distribution_.arrive(stream));
  if (distribution_.closing()) {
    stream->end(EndReason::Stopping, "the controller is stopping");
  }
  return stream.get();
}

void PushServer::Streams::arrived(ProxyStream& stream, const pb::ProxyMessage& message) {
  if (message.has_hello() == distribution_.greeted(stream.id())) {
    return stream.end(EndReason::Misbehaved, "a stream begins with Hello, and says it once");
  }
  if (message.has_hello()) return greet(stream, message.hello());
  if (message.has_load()) return distribution_.note(stream.id(), load_of(message.load()));
  if (message.has_drain()) return distribution_.note(stream.id(), drain_of(message.drain()));
  // What a newer proxy may say besides is none of ours.
  if (!message.has_result()) return;
  if (const auto result = result_of(message.result())) {
    distribution_.settle(stream.id(), *result);
  }
}

std::pair<EndReason, std::string> PushServer::Streams::why_not(const ProxyStream& stream,
                                                               const pb::Hello& hello) const {
  const auto allowed = identity_.class_of(stream.context());
  if (!allowed) return {EndReason::NotAllowed, allowed.error()};
  const std::string& asked = hello.node().ingress_class();
  if (asked != *allowed || asked != settings_.ingress_class) {
    return {EndReason::NotAllowed,
            fmt::format("class '{}' is not served to this proxy", printable(asked, 64))};
  }
  if (hello.min_protocol() > kProtocol || hello.max_protocol() < kProtocol) {
    return {EndReason::NoCommonProtocol,
            fmt::format("the proxy speaks versions {} to {} of the stream, the controller {} to {}",
                        hello.min_protocol(), hello.max_protocol(), kProtocol, kProtocol)};
  }
  return {};
}

void PushServer::Streams::greet(ProxyStream& stream, const pb::Hello& hello) {
  Greeting greeting = greeting_of(hello);
  auto [reason, words] = why_not(stream, hello);
  if (!words.empty()) {
    log_.line(LogLevel::Warning, "proxy refused",
              {{"proxy", greeting.proxy}, {field::kReason, words}});
    return stream.end(reason, std::move(words));
  }
  stream.limit_chunks(chunk_octets(hello));
  // Before anything else may be sent: updates are, as soon as it is greeted.
  stream.send(mk_welcome(settings_));
  distribution_.greet(stream.id(), std::move(greeting));
}

void PushServer::Streams::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    stopped_.notify_all();
  }
  if (checking_.joinable()) checking_.join();
  distribution_.close();
}

PushServer::PushServer(PushServerSettings settings, const PeerIdentity& identity,
                       ReportSink reports, Log& log)
    : streams_(std::make_unique<Streams>(std::move(settings), identity, std::move(reports), log)) {}
PushServer::~PushServer() { stop(); }

grpc::Service& PushServer::service() { return *streams_; }
void PushServer::reach(Revision revision) { streams_->distribution().reach(std::move(revision)); }

Published PushServer::publish(Publication publication) {
  return streams_->distribution().publish(std::move(publication));
}
std::vector<ApplyReport> PushServer::reports() const { return streams_->distribution().reports(); }
std::string PushServer::version() const { return streams_->distribution().version(); }
std::vector<std::shared_ptr<const config::Resource>> PushServer::wanted() const {
  return streams_->distribution().wanted();
}
void PushServer::redirect(Duration after, std::string_view reason) {
  streams_->distribution().redirect_all(after, reason);
}
void PushServer::stop() { streams_->stop(); }

void set_stream_limits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kReceiveOctets);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMostStreams);
  // Proxies ping every 30 s, also when idle; by default gRPC would call that abuse and hang up.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kLeastPingIntervalMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
  // And we ping them: a proxy whose machine went away must not stand in the reports as active.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kPingEveryMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, kMostConnectionAgeMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, kConnectionGraceMs);
}

}  // namespace postern::publish
