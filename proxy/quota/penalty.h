// The penalty of a source that fails logins, as Dovecot counts it: the wait is 2·2^p seconds, at
// most 15, for p ≤ 4; it falls with the time since p last rose. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace postern::quota {

inline constexpr std::uint8_t kMostPenalty = 4;

// 2, 4, 8, 15, 15. Who has no penalty waits for nothing all the same: 2 is where the others begin.
[[nodiscard]] constexpr std::chrono::seconds penalty_wait(std::uint8_t penalty) {
  constexpr std::chrono::seconds kMost{15};
  return std::min(kMost, std::chrono::seconds(2) * (1U << std::min(penalty, kMostPenalty)));
}

// What is left of it after `since` without another failure.
[[nodiscard]] constexpr std::uint8_t fallen_penalty(std::uint8_t penalty,
                                                    std::chrono::seconds since) {
  for (std::uint8_t drop = kMostPenalty; penalty > 0 && since >= penalty_wait(drop); --drop) {
    --penalty;
  }
  return penalty;
}

}  // namespace postern::quota
