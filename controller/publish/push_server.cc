#include "controller/publish/push_server.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include "common/base/ascii.h"
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

std::size_t chunk_octets(const pb::Hello& hello) {
  if (hello.max_update_bytes() == 0) return kUsualChunkOctets;
  return std::clamp<std::size_t>(hello.max_update_bytes(), kLeastChunkOctets, kMostChunkOctets);
}

}  // namespace

class PushServer::Streams final : public pb::ConfigStream::CallbackService, public StreamEvents {
 public:
  Streams(PushServerSettings settings, const PeerIdentity& identity, ReportSink reports, Log& log)
      : settings_(std::move(settings)),
        identity_(identity),
        reports_(std::move(reports)),
        log_(log) {}

  std::string publish(Publication publication);
  void redirect(Duration after, std::string_view reason);
  void stop();

 private:
  struct Open {
    std::shared_ptr<ProxyStream> stream;
    std::size_t chunk_octets = kUsualChunkOctets;
    bool greeted = false;
  };
  struct Parcel {
    std::shared_ptr<ProxyStream> stream;
    Push push;
    std::size_t chunk_octets = 0;
  };

  grpc::ServerBidiReactor<pb::ProxyMessage, pb::ControllerMessage>* Connect(
      grpc::CallbackServerContext* context) override;
  void arrived(ProxyStream& stream, const pb::ProxyMessage& message) override;
  void gone(ProxyStream& stream) override;

  void report_too_large(const std::vector<SharedResource>& resources, const std::string& version);
  [[nodiscard]] grpc::Status check_hello(const ProxyStream& stream, const pb::Hello& hello) const;
  void greet(ProxyStream& stream, const pb::Hello& hello);
  void settle(ProxyStream& stream, const pb::ApplyResult& message);
  [[nodiscard]] std::optional<Parcel> next_parcel(ConnectionId id);
  void send(Parcel parcel);
  [[nodiscard]] std::vector<std::shared_ptr<ProxyStream>> all_streams();

  const PushServerSettings settings_;
  const PeerIdentity& identity_;
  const ReportSink reports_;
  Log& log_;

  std::mutex publishing_;            // one publish() at a time; taken before mutex_
  bool too_large_reported_ = false;  // under publishing_
  std::mutex mutex_;
  std::condition_variable all_gone_;
  Subscribers subscribers_;
  std::map<ConnectionId, Open> open_;
  ConnectionId last_id_ = 0;
  bool stopping_ = false;
};

std::string PushServer::Streams::publish(Publication publication) {
  const std::lock_guard one_at_a_time(publishing_);
  Wanted last;
  {
    const std::lock_guard lock(mutex_);
    last = subscribers_.wanted();
  }
  Stamped stamped = stamp(std::move(publication.resources), last);  // hashes: not under the lock
  std::vector<Parcel> parcels;
  std::string version;
  {
    const std::lock_guard lock(mutex_);
    subscribers_.want(std::move(stamped.wanted), publication.caused_at);
    version = subscribers_.version();
    for (const auto& [id, open] : open_) {
      if (auto parcel = next_parcel(id)) parcels.push_back(std::move(*parcel));
    }
  }
  for (Parcel& parcel : parcels) send(std::move(parcel));
  report_too_large(stamped.too_large, version);
  return version;
}

void PushServer::Streams::report_too_large(const std::vector<SharedResource>& resources,
                                           const std::string& version) {
  if (resources.empty() && !too_large_reported_) return;
  too_large_reported_ = !resources.empty();
  ApplyReport report;
  report.version = version;
  if (!resources.empty()) report.state = ApplyReport::State::PartiallyActive;
  for (const SharedResource& resource : resources) {
    report.refusals.push_back({resource->key(),
                               resource->version,
                               {},
                               Refusal::Code::LimitExceeded,
                               {},
                               fmt::format("needs more than {} octets", kMostResourceOctets),
                               false,
                               resource->sources});
  }
  if (reports_) reports_(report);
}

std::optional<PushServer::Streams::Parcel> PushServer::Streams::next_parcel(ConnectionId id) {
  const auto found = open_.find(id);
  if (found == open_.end()) return std::nullopt;
  auto push = subscribers_.next(id);
  if (!push) return std::nullopt;
  return Parcel{found->second.stream, std::move(*push), found->second.chunk_octets};
}

void PushServer::Streams::send(Parcel parcel) {
  parcel.stream->send(std::move(parcel.push), parcel.chunk_octets, settings_.result_timeout);
}

grpc::ServerBidiReactor<pb::ProxyMessage, pb::ControllerMessage>* PushServer::Streams::Connect(
    grpc::CallbackServerContext* context) {
  std::shared_ptr<ProxyStream> stream;
  bool refused = false;
  {
    const std::lock_guard lock(mutex_);
    stream = std::make_shared<ProxyStream>(++last_id_, *context, *this);
    open_[stream->id()].stream = stream;
    refused = stopping_;
  }
  stream->begin(settings_.hello_timeout);
  if (refused) stream->end({grpc::StatusCode::UNAVAILABLE, "the controller is stopping"});
  return stream.get();  // open_ holds it until gone()
}

void PushServer::Streams::arrived(ProxyStream& stream, const pb::ProxyMessage& message) {
  bool greeted = false;
  {
    const std::lock_guard lock(mutex_);
    greeted = open_.at(stream.id()).greeted;
  }
  if (message.has_hello() == greeted) {
    return stream.end(
        {grpc::StatusCode::INVALID_ARGUMENT, "a stream begins with Hello, and says it once"});
  }
  if (message.has_hello()) greet(stream, message.hello());
  if (message.has_result()) settle(stream, message.result());
  // Load and drain are telemetry; what a newer proxy may say besides is none of ours.
}

grpc::Status PushServer::Streams::check_hello(const ProxyStream& stream,
                                              const pb::Hello& hello) const {
  const auto allowed = identity_.class_of(stream.context());
  if (!allowed) return {grpc::StatusCode::PERMISSION_DENIED, allowed.error()};
  const std::string& asked = hello.node().ingress_class();
  if (asked != *allowed || asked != settings_.ingress_class) {
    return {grpc::StatusCode::PERMISSION_DENIED,
            fmt::format("class '{}' is not served to this proxy", printable(asked, 64))};
  }
  if (hello.min_protocol() > kProtocol || hello.max_protocol() < kProtocol) {
    return {grpc::StatusCode::FAILED_PRECONDITION,
            fmt::format("the proxy speaks versions {} to {} of the stream, the controller {} to {}",
                        hello.min_protocol(), hello.max_protocol(), kProtocol, kProtocol)};
  }
  return grpc::Status::OK;
}

void PushServer::Streams::greet(ProxyStream& stream, const pb::Hello& hello) {
  const std::string name = printable(hello.node().proxy_name(), 253);
  if (const grpc::Status status = check_hello(stream, hello); !status.ok()) {
    log_.line(LogLevel::Warning, "proxy refused",
              {{"proxy", name}, {field::kReason, status.error_message()}});
    return stream.end(status);
  }
  stream.expect_nothing();
  pb::ControllerMessage welcome;
  welcome.mutable_welcome()->set_protocol(kProtocol);
  welcome.mutable_welcome()->set_controller_id(settings_.controller_id);
  std::optional<Parcel> parcel;
  // Before anything else may be sent: publish() sends to it as soon as it joined.
  stream.send(std::move(welcome));
  {
    const std::lock_guard lock(mutex_);
    Open& open = open_.at(stream.id());
    open.greeted = true;
    open.chunk_octets = chunk_octets(hello);
    subscribers_.join(stream.id(), name, held_of(hello));
    parcel = next_parcel(stream.id());
  }
  log_.line(LogLevel::Info, "proxy connected", {{"proxy", name}});
  if (parcel) send(std::move(*parcel));
}

void PushServer::Streams::settle(ProxyStream& stream, const pb::ApplyResult& message) {
  const auto result = result_of(message);
  if (!result) return;
  std::optional<ApplyReport> report;
  std::optional<Parcel> parcel;
  {
    const std::lock_guard lock(mutex_);
    report = subscribers_.settle(stream.id(), *result);
    if (report && !subscribers_.in_flight(stream.id())) {
      stream.expect_nothing();
      parcel = next_parcel(stream.id());
    }
  }
  if (report && reports_) reports_(*report);
  if (parcel) send(std::move(*parcel));
}

void PushServer::Streams::gone(ProxyStream& stream) {
  std::optional<ApplyReport> report;
  {
    const std::lock_guard lock(mutex_);
    report = subscribers_.leave(stream.id());
  }
  if (report) {
    log_.line(LogLevel::Info, "proxy gone", {{"proxy", report->proxy}});
    if (reports_) reports_(*report);
  }
  // Last, and under the lock: stop() returns now, and this object may be destroyed after it.
  const std::lock_guard lock(mutex_);
  open_.erase(stream.id());
  if (open_.empty()) all_gone_.notify_all();
}

std::vector<std::shared_ptr<ProxyStream>> PushServer::Streams::all_streams() {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<ProxyStream>> streams;
  for (const auto& [id, open] : open_) streams.push_back(open.stream);
  return streams;
}

void PushServer::Streams::redirect(Duration after, std::string_view reason) {
  pb::ControllerMessage message;
  pb::Redirect& redirect = *message.mutable_redirect();
  redirect.mutable_after()->set_seconds(after.count() / 1000);
  redirect.mutable_after()->set_nanos(static_cast<std::int32_t>(after.count() % 1000 * 1'000'000));
  redirect.set_reason(std::string(reason));
  for (const auto& stream : all_streams()) stream->send(message);
}

void PushServer::Streams::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  for (const auto& stream : all_streams()) {
    stream->end({grpc::StatusCode::UNAVAILABLE, "the controller is stopping"});
  }
  std::unique_lock lock(mutex_);
  all_gone_.wait(lock, [&] { return open_.empty(); });
}

PushServer::PushServer(PushServerSettings settings, const PeerIdentity& identity,
                       ReportSink reports, Log& log)
    : streams_(std::make_unique<Streams>(std::move(settings), identity, std::move(reports), log)) {}
PushServer::~PushServer() { stop(); }

grpc::Service& PushServer::service() { return *streams_; }
std::string PushServer::publish(Publication publication) {
  return streams_->publish(std::move(publication));
}
void PushServer::redirect(Duration after, std::string_view reason) {
  streams_->redirect(after, reason);
}
void PushServer::stop() { streams_->stop(); }

void set_stream_limits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kReceiveOctets);
  // Proxies ping every 30 s, also when idle; by default gRPC would call that abuse and hang up.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kLeastPingIntervalMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
}

}  // namespace postern::publish
