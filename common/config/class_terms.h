// What the class says of each proxy as a whole. One resource, named kClassTermsName; a proxy that
// has none goes by the defaults here. The controller knows where it gets its manifests from, so it
// alone knows which defaults of the class hold, and writes them out.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/base/clock.h"

namespace postern::config {

inline constexpr std::string_view kClassTermsName = "class";
// A proxy without it would end at once, and with it a rollout would cut everybody off.
inline constexpr std::string_view kDrain = "drain";
inline constexpr std::string_view kClassConnections = "class-connections";

// How a proxy stops: it accepts for `minimum`, says goodbye over `spread`, is gone at `deadline`.
struct DrainTerms {
  // Of the deadline: what is kept for those who did not hear the goodbye.
  static constexpr Duration kForced{5'000};

  Duration minimum{0};
  std::optional<Duration> spread = {};  // nothing: what minimum leaves of deadline
  Duration deadline{300'000};
  friend bool operator==(const DrainTerms&, const DrainTerms&) = default;

  // Within which goodbyes are said.
  [[nodiscard]] Duration window() const {
    const Duration most = std::max(Duration{0}, deadline - minimum - kForced);
    return std::min(spread.value_or(most), most);
  }
};

struct ClassTerms {
  DrainTerms drain;
  std::uint32_t max_connections = 0;  // of a proxy; 0: what its descriptors allow
  friend bool operator==(const ClassTerms&, const ClassTerms&) = default;
};

}  // namespace postern::config
