// The part of a backend that says which member and whether it can be used. What is as usual is left
// out, so that backends that do not use it have the octets that they always had.
#include <fmt/format.h>

#include "common/wire/bodies.h"

namespace postern::wire {

namespace {

constexpr std::uint32_t kLeastIntervalMs = 1'000;  // more often is an attack on one's own pods
constexpr std::uint32_t kMostIntervalMs = 3'600'000;
constexpr std::uint32_t kLeastCheckTimeoutMs = 100;
constexpr std::uint32_t kMostCheckTimeoutMs = 60'000;
constexpr std::uint32_t kMostThreshold = 100;

config::Balancing decode_balancing(const pb::Balancing& message, Decoding& decoding) {
  const FieldPath here{nullptr, "balancing"};
  return {decoding.choice(message.policy(), kBalancingPolicies, here / "policy"),
          decoding.choice(message.hash_key(), kHashKeys, here / "hash_key"),
          message.prefers_zone()};
}

config::HealthCheck decode_health(const pb::HealthCheck& message, Decoding& decoding) {
  const FieldPath here{nullptr, "health"};
  config::HealthCheck health;
  health.mode = decoding.choice(message.mode(), kHealthModes, here / "mode");
  health.interval = Duration(within(message.interval_ms(), kLeastIntervalMs, kMostIntervalMs,
                                    here / "interval_ms", decoding));
  health.timeout = Duration(within(message.timeout_ms(), kLeastCheckTimeoutMs, kMostCheckTimeoutMs,
                                   here / "timeout_ms", decoding));
  health.failure_threshold =
      within(message.failure_threshold(), 1, kMostThreshold, here / "failure_threshold", decoding);
  health.success_threshold =
      within(message.success_threshold(), 1, kMostThreshold, here / "success_threshold", decoding);
  return health;
}

}  // namespace

void encode_members(const config::Backend& backend, pb::Backend& out) {
  if (backend.balancing != config::Balancing{}) {
    pb::Balancing& balancing = *out.mutable_balancing();
    balancing.set_policy(to_wire(backend.balancing.policy, kBalancingPolicies));
    balancing.set_hash_key(to_wire(backend.balancing.hash_key, kHashKeys));
    balancing.set_prefers_zone(backend.balancing.prefers_zone);
  }
  if (backend.health != config::HealthCheck{}) {
    pb::HealthCheck& health = *out.mutable_health();
    health.set_mode(to_wire(backend.health.mode, kHealthModes));
    health.set_interval_ms(static_cast<std::uint32_t>(backend.health.interval.count()));
    health.set_timeout_ms(static_cast<std::uint32_t>(backend.health.timeout.count()));
    health.set_failure_threshold(backend.health.failure_threshold);
    health.set_success_threshold(backend.health.success_threshold);
  }
  out.set_max_sessions_per_member(backend.max_sessions_per_member);
  if (backend.redirects != config::Redirects::Follow) {
    out.set_redirects(to_wire(backend.redirects, kRedirects));
  }
}

void decode_members(const pb::Backend& message, config::Backend& backend, Decoding& decoding) {
  if (message.has_balancing()) backend.balancing = decode_balancing(message.balancing(), decoding);
  if (message.has_health()) backend.health = decode_health(message.health(), decoding);
  backend.max_sessions_per_member = message.max_sessions_per_member();
  if (message.redirects() != pb::REDIRECTS_UNSPECIFIED) {
    backend.redirects = decoding.choice(message.redirects(), kRedirects, {nullptr, "redirects"});
  }
}

}  // namespace postern::wire
