// Failures in a window, counted by GCRA: one time instead of a list of times, so an entry of the
// history has room for it. Correct within one failure's share of the window. Pure.
#pragma once

#include <chrono>
#include <cstdint>

#include "common/base/clock.h"
#include "common/config/login_protection.h"

namespace postern::quota {

// Of the steady clock: times as entries keep them.
[[nodiscard]] constexpr std::int64_t nanoseconds(Instant at) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
}

struct RateCount {
  std::int64_t counted_until = 0;  // ns of the steady clock: when the last failure is forgotten
  std::int64_t blocked_until = 0;  // ns of the steady clock
};

// One more failure. A rate of 0 failures is none. `factor`: so many times the failures are allowed.
void count_failure(RateCount& count, const config::FailureRate& rate, std::uint32_t factor,
                   Instant now);
[[nodiscard]] bool is_blocked(const RateCount& count, Instant now);

}  // namespace postern::quota
