#include "bench/streams/light_proxy.h"

#include <chrono>
#include <utility>

#include "common/wire/snapshot_codec.h"

namespace postern::bench {

namespace pb = config::v1alpha1;

namespace {

constexpr std::uint32_t kProtocol = 1;
constexpr std::uint32_t kMostOctets = 1U << 20;
constexpr Duration kBackAfter{200};

}  // namespace

LightProxy::LightProxy(LightName name, std::shared_ptr<grpc::Channel> channel,
                       control::ControlThread& thread, std::function<void()> first)
    : name_(std::move(name)),
      thread_(thread),
      transport_(std::move(channel), thread),
      first_(std::move(first)) {}

void LightProxy::open() {
  ++streams_;
  coming_.clear();
  control::StreamEvents events;
  events.arrived = [this](pb::ControllerMessage& message) { arrived(message); };
  events.ended = [this](const control::StreamEnd&) {
    thread_.post_after(kBackAfter, [this] { open(); });
  };
  stream_ = transport_.open(std::move(events));
  stream_->send(hello());
}

pb::ProxyMessage LightProxy::hello() const {
  pb::ProxyMessage message;
  pb::Hello& hello = *message.mutable_hello();
  hello.mutable_node()->set_proxy_name(name_.proxy);
  hello.mutable_node()->set_ingress_class(name_.ingress_class);
  hello.mutable_node()->set_instance_id(name_.proxy);
  hello.mutable_node()->set_build_version("light");
  hello.set_min_protocol(kProtocol);
  hello.set_max_protocol(kProtocol);
  for (const char* feature : {"chunking", "late-reject"}) hello.add_features(feature);
  for (const std::string_view feature : wire::known_features()) {
    hello.add_features(std::string(feature));
  }
  for (const auto& [key, version] : held_) {
    pb::ResourceVersion& entry = *hello.add_held();
    entry.set_type(static_cast<pb::ResourceType>(key.first));
    entry.set_name(key.second);
    entry.set_version(version);
  }
  hello.set_origin(version_.empty() ? pb::CONFIG_ORIGIN_UNSPECIFIED : pb::CONFIG_ORIGIN_STREAM);
  *hello.mutable_applied_revision() = revision_;
  hello.set_applied_version(version_);
  hello.set_max_update_bytes(kMostOctets);
  return message;
}

void LightProxy::arrived(const pb::ControllerMessage& message) {
  octets_ += message.ByteSizeLong();
  if (message.has_update()) take(message.update());
  if (message.has_redirect()) stream_->cancel();
}

void LightProxy::take(const pb::ConfigUpdate& chunk) {
  Held& into = chunk.full_state() ? coming_ : held_;
  for (const pb::Resource& resource : chunk.upserts()) {
    into[{resource.type(), resource.name()}] = resource.version();
  }
  for (const pb::ResourceName& gone : chunk.removals()) into.erase({gone.type(), gone.name()});
  if (chunk.last_chunk()) answer(chunk);
}

void LightProxy::answer(const pb::ConfigUpdate& last) {
  if (last.full_state()) held_ = std::exchange(coming_, {});
  version_ = last.version();
  revision_ = last.revision();
  pb::ProxyMessage message;
  message.mutable_result()->set_nonce(last.nonce());
  message.mutable_result()->set_state(pb::ApplyResult::STATE_ACTIVE);
  stream_->send(std::move(message));
  if (++updates_ == 1) first_();
}

}  // namespace postern::bench
