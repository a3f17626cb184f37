// TokenBucket: how many octets may pass now at so many a second; at most a second's worth is saved
// up. Eight octets, no timer: whoever has to wait asks when it is worth while again.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "common/base/clock.h"

namespace postern::relay {

class TokenBucket {
 public:
  // 0: not before next(); less than a tenth of a second's worth is not worth a system call.
  [[nodiscard]] std::uint64_t allowance(Instant now, std::uint64_t octets_per_second) const {
    const auto saved = std::min<std::chrono::nanoseconds>(now - paid_until_, kSaved);
    if (saved < kWorthWhile) return 0;
    const auto nanoseconds = static_cast<std::uint64_t>(saved.count());
    return std::max<std::uint64_t>(nanoseconds * octets_per_second / kSecond, 1);
  }
  void take(Instant now, std::uint64_t octets_per_second, std::uint64_t octets) {
    paid_until_ = std::max<Instant>(paid_until_, now - kSaved) +
                  std::chrono::nanoseconds(octets * kSecond / octets_per_second);
  }
  [[nodiscard]] Instant next() const { return paid_until_ + kWorthWhile; }

 private:
  static constexpr std::uint64_t kSecond = 1'000'000'000;
  static constexpr std::chrono::seconds kSaved{1};
  static constexpr std::chrono::milliseconds kWorthWhile{100};

  Instant paid_until_{};
};

}  // namespace postern::relay
