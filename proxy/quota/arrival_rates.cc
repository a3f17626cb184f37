#include "proxy/quota/arrival_rates.h"

#include <algorithm>
#include <chrono>

#include "proxy/quota/failure_rate.h"

namespace postern::quota {

namespace {

constexpr std::int64_t kWindow = std::chrono::nanoseconds(std::chrono::minutes(1)).count();

// False: a minute's worth was counted.
bool count(std::int64_t& until, std::int64_t share, std::int64_t now) {
  const std::int64_t next = std::max(until, now) + share;
  if (next > now + kWindow) return false;
  until = next;
  return true;
}

}  // namespace

Arrival ArrivalRates::arrive(std::uint64_t key, std::uint32_t per_minute, Instant now) {
  const std::int64_t share = kWindow / per_minute;
  Arrival out = Arrival::Within;
  table_.change(key, now, [&](HistoryEntry& entry) {
    auto body = entry.as<Guesses>();
    entry.last = seconds_of(now);
    if (!count(body.rate.counted_until, share, nanoseconds(now))) {
      const bool told = count(body.rate.blocked_until, share, nanoseconds(now));
      out = told ? Arrival::Above : Arrival::FarAbove;
    }
    entry.put(body);
  });
  return out;
}

void ArrivalRates::forget(std::uint64_t key, std::uint32_t per_minute) {
  table_.change_if_there(key, [&](HistoryEntry& entry) {
    auto body = entry.as<Guesses>();
    body.rate.counted_until -= kWindow / per_minute;
    entry.put(body);
  });
}

}  // namespace postern::quota
