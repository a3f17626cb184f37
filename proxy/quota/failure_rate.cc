#include "proxy/quota/failure_rate.h"

#include <algorithm>

namespace postern::quota {

void count_failure(RateCount& count, const config::FailureRate& rate, std::uint32_t factor,
                   Instant now) {
  if (rate.failures == 0) return;
  const std::int64_t most = std::int64_t{rate.failures} * factor;
  const std::int64_t share = std::chrono::nanoseconds(rate.window).count() / most;
  count.counted_until = std::max(count.counted_until, nanoseconds(now)) + share;
  // The last one that is allowed begins the block: so many guesses were made.
  if (count.counted_until - nanoseconds(now) > share * (most - 1)) {
    count.blocked_until = nanoseconds(now + rate.block);
  }
}

bool is_blocked(const RateCount& count, Instant now) {
  return nanoseconds(now) < count.blocked_until;
}

}  // namespace postern::quota
