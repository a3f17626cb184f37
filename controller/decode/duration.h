// Durations as in Gateway API (GEP-2257): 500ms, 30s, 1m30s, 24h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"

namespace postern::decode {

// One to four numbers of one to five digits with a unit h, m, s or ms; their sum.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

}  // namespace postern::decode
