// Which member of a backend a session goes to, and how it is known whether a member can be used.
// Values alone: policy/balancing decides, upstream counts and asks.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/clock.h"

namespace postern::config {

enum class BalancingPolicy : std::uint8_t { ConsistentHash, LeastConnections, RoundRobin };
enum class HashKey : std::uint8_t { User, Domain, Source };

struct Balancing {
  BalancingPolicy policy = BalancingPolicy::ConsistentHash;
  HashKey hash_key = HashKey::User;
  bool prefers_zone = false;  // members in the proxy's own zone first
  friend bool operator==(const Balancing&, const Balancing&) = default;
};

enum class HealthMode : std::uint8_t { Passive, Connect, Greeting, Disabled };

struct HealthCheck {
  HealthMode mode = HealthMode::Passive;
  Duration interval{10'000};  // of Passive: how long a member that failed is put behind the others
  Duration timeout{3'000};
  std::uint32_t failure_threshold = 3;
  std::uint32_t success_threshold = 1;
  friend bool operator==(const HealthCheck&, const HealthCheck&) = default;

  [[nodiscard]] bool is_active() const {
    return mode == HealthMode::Connect || mode == HealthMode::Greeting;
  }
};

// What a backend answers to a login with "he is elsewhere".
enum class Redirects : std::uint8_t { Follow, Refuse };

// A proxy that does not know of it would hash by the user, and let any number in.
inline constexpr std::string_view kBalancing = "balancing";

}  // namespace postern::config
