#include "proxy/control/subscriber.h"

#include <utility>

#include <grpcpp/grpcpp.h>

#include "proxy/control/control_stream.h"
#include "proxy/control/subscription.h"

namespace postern::control {

namespace {

constexpr int kReceiveOctets = 8 << 20;
constexpr int kPingIntervalMs = 30'000;
constexpr int kPingTimeoutMs = 10'000;
// The channel's own back-off stays below ours: when we ask, it has to try.
constexpr int kFirstReconnectMs = 200;
constexpr int kMostReconnectMs = 500;

}  // namespace

Subscriber::Subscriber(SubscriberSettings settings, std::shared_ptr<grpc::Channel> channel,
                       ControlThread& thread, adopt::Adopter& adopter, Log& log)
    : Subscriber(std::move(settings), std::make_unique<GrpcTransport>(std::move(channel), thread),
                 thread, adopter, log) {}

Subscriber::Subscriber(SubscriberSettings settings, std::unique_ptr<Transport> transport,
                       ControlThread& thread, adopt::Adopter& adopter, Log& log)
    : subscription_(std::make_shared<Subscription>(std::move(settings), std::move(transport),
                                                   Subscription::Needs{thread, adopter, log})) {}

Subscriber::~Subscriber() { stop(); }

void Subscriber::when_applied(std::function<void(const Applied&)> applied) {
  subscription_->when_applied = std::move(applied);
}
void Subscriber::count_load(CountLoad count) { subscription_->count_load = std::move(count); }
void Subscriber::start() { subscription_->start(); }
void Subscriber::announce_drain(WallTime deadline, std::uint64_t sessions) {
  subscription_->announce_drain(deadline, sessions);
}
void Subscriber::stop() { subscription_->stop(); }

void set_stream_limits(grpc::ChannelArguments& arguments) {
  arguments.SetMaxReceiveMessageSize(kReceiveOctets);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingIntervalMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingTimeoutMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMostReconnectMs);
}

}  // namespace postern::control
