// Seconds since 1970, as metrics and messages date things. Pure.
#pragma once

#include <chrono>
#include <cstdint>

#include "common/base/clock.h"

namespace postern {

[[nodiscard]] inline std::int64_t unix_seconds(WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace postern
