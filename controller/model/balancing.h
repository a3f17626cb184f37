// What a backend says about its members: which one, whether it can be used, how many sessions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/clock.h"

namespace postern::model {

struct BalancingSpec {
  std::string policy = "ConsistentHash";
  std::string hash_key;        // empty: absent
  std::string on_unavailable;  // empty: absent
  std::string zones = "Ignore";
  friend bool operator==(const BalancingSpec&, const BalancingSpec&) = default;
};

struct HealthCheckSpec {
  std::string mode = "Greeting";
  Duration interval{10'000};
  Duration timeout{3'000};
  std::uint32_t failure_threshold = 3;
  std::uint32_t success_threshold = 1;
  friend bool operator==(const HealthCheckSpec&, const HealthCheckSpec&) = default;
};

struct MembersSpec {
  BalancingSpec balancing;
  std::optional<HealthCheckSpec> health;  // absent: real sessions tell
  std::uint32_t max_sessions_per_member = 0;
  std::string redirects = "Follow";
  friend bool operator==(const MembersSpec&, const MembersSpec&) = default;
};

}  // namespace postern::model
