// MicroTime of the API: RFC 3339 with exactly six decimals, as a Lease and an Event want it. Pure.
#pragma once

#include <string>

#include "common/base/clock.h"

namespace postern::kube {

// "2026-11-22T06:00:00.000000Z"
[[nodiscard]] std::string micro_time(WallTime time);

}  // namespace postern::kube
