// KnownSources: from where a user logged in lately, newest first; others cannot lock him out there.
// A source is 22 bits of a keyed hash and the day of its last login in 10: 16 of them make a false
// friend of one in 262 144, and nobody outside can tell which. Two records of 8 make the 16: what
// falls out of the newer one goes into the older one. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "common/base/clock.h"

namespace postern::quota {

inline constexpr std::chrono::days kKnownFor{30};

struct KnownSources {
  static constexpr std::size_t kMost = 8;
  std::array<std::uint32_t, kMost> newest{};  // 0: nobody
};

// The day of a login, as the records keep it: 1 to 1023, then again from 1.
[[nodiscard]] std::uint32_t day_of(Instant now);
// 22 bits of `hash`, which is of (server, user, source).
[[nodiscard]] std::uint32_t mark_of(std::uint64_t hash, std::uint32_t day);

// A login from there within kKnownFor.
[[nodiscard]] bool knows(const KnownSources& sources, std::uint32_t mark);
// `mark` is the newest now, with its day; what fell out for it, or 0.
[[nodiscard]] std::uint32_t remember(KnownSources& sources, std::uint32_t mark);
void forget(KnownSources& sources, std::uint32_t mark);

}  // namespace postern::quota
