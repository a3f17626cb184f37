#include "controller/kube/retry_after.h"

#include <algorithm>

#include "common/base/ascii.h"

namespace postern::kube {

std::optional<Duration> retry_after(std::string_view text) {
  constexpr std::int64_t kMostSeconds = 3600;
  if (text.empty()) return std::nullopt;
  std::int64_t seconds = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    seconds = std::min(seconds * 10 + (c - '0'), kMostSeconds);
  }
  return std::chrono::seconds{seconds};
}

}  // namespace postern::kube
