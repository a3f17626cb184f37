// Against guessing: what failures cost a source or a user (spec: mailserver.md loginProtection).
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "common/base/address.h"

namespace postern::config {

// So many failures in the window, then refused for the time of the block.
struct FailureRate {
  std::uint32_t failures = 0;
  std::chrono::seconds window{0};
  std::chrono::seconds block{0};
  friend bool operator==(const FailureRate&, const FailureRate&) = default;
};

struct LoginProtection {
  bool penalty_grows = true;          // 2, 4, 8, 15 seconds for a source that goes on failing
  bool same_password_counts = false;  // an old phone
  FailureRate per_source{30, std::chrono::seconds(60), std::chrono::seconds(300)};
  FailureRate per_user{30, std::chrono::seconds(3600), std::chrono::seconds(3600)};
  std::vector<Network> exempt;  // sources never delayed or blocked
  friend bool operator==(const LoginProtection&, const LoginProtection&) = default;
};

// Nobody is delayed or blocked: what a SERVER says that says nothing of it.
[[nodiscard]] inline LoginProtection no_login_protection() { return {false, false, {}, {}, {}}; }

}  // namespace postern::config
