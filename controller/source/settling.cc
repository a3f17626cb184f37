#include "controller/source/settling.h"

#include <algorithm>

namespace postern::source {

void Settling::begin(Moment moment) {
  moment_ = moment;
  for (auto& [path, unsettled] : unsettled_) unsettled.asked = false;
}

bool Settling::settled(const std::string& path, const Look& look) {
  if (quiet_ <= Duration::zero()) return true;
  const auto age = moment_.wall - look.touched;
  if (age >= quiet_) return true;
  const auto [at, is_new] = unsettled_.try_emplace(path);
  Unsettled& unsettled = at->second;
  if (is_new) unsettled.first = moment_.now;
  if (is_new || unsettled.stamp != look.stamp) {
    unsettled.stamp = look.stamp;
    unsettled.since = moment_.now;
  }
  const Instant until = std::min(unsettled.since + quiet_, unsettled.first + longest_);
  if (moment_.now >= until) return true;
  unsettled.asked = true;
  unsettled.again = until;
  // The clock of the file system may be ahead of ours, then its times say nothing.
  if (age >= age.zero()) {
    const auto left = std::chrono::ceil<Duration>(quiet_ - age);
    unsettled.again = std::min<Instant>(until, moment_.now + left);
  }
  return false;
}

std::optional<Duration> Settling::end() {
  std::erase_if(unsettled_, [](const auto& entry) { return !entry.second.asked; });
  std::optional<Duration> soonest;
  for (const auto& [path, unsettled] : unsettled_) {
    const auto left = std::chrono::ceil<Duration>(unsettled.again - moment_.now);
    if (!soonest || left < *soonest) soonest = left;
  }
  return soonest;
}

}  // namespace postern::source
