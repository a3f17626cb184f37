#include "proxy/quota/known_sources.h"

#include <algorithm>

namespace postern::quota {

namespace {

constexpr unsigned kDayBits = 10;
constexpr std::uint32_t kDays = (1U << kDayBits) - 1;  // of a circle; 0 is no day

std::uint32_t source_in(std::uint32_t mark) { return mark >> kDayBits; }
std::uint32_t day_in(std::uint32_t mark) { return mark & kDays; }

auto find(KnownSources& sources, std::uint32_t mark) {
  return std::find_if(sources.newest.begin(), sources.newest.end(), [mark](std::uint32_t there) {
    return there != 0 && source_in(there) == source_in(mark);
  });
}

}  // namespace

std::uint32_t day_of(Instant now) {
  const auto days = std::chrono::duration_cast<std::chrono::days>(now.time_since_epoch()).count();
  return static_cast<std::uint32_t>(days % kDays) + 1;
}

std::uint32_t mark_of(std::uint64_t hash, std::uint32_t day) {
  return (static_cast<std::uint32_t>(hash >> 32) & ~kDays) | day;
}

bool knows(const KnownSources& sources, std::uint32_t mark) {
  return std::any_of(sources.newest.begin(), sources.newest.end(), [mark](std::uint32_t there) {
    const std::uint32_t age = (day_in(mark) + kDays - day_in(there)) % kDays;
    return there != 0 && source_in(there) == source_in(mark) && age <= kKnownFor.count();
  });
}

std::uint32_t remember(KnownSources& sources, std::uint32_t mark) {
  auto& newest = sources.newest;
  auto place = find(sources, mark);
  std::uint32_t fallen_out = 0;
  if (place == newest.end()) {
    --place;
    fallen_out = *place;
  }
  std::rotate(newest.begin(), place, place + 1);
  newest.front() = mark;
  return fallen_out;
}

void forget(KnownSources& sources, std::uint32_t mark) {
  auto& newest = sources.newest;
  const auto place = find(sources, mark);
  if (place == newest.end()) return;
  std::rotate(place, place + 1, newest.end());
  newest.back() = 0;
}

}  // namespace postern::quota
