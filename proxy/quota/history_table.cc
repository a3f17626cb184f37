#include "proxy/quota/history_table.h"

#include <algorithm>
#include <tuple>

#include "common/base/check.h"
#include "proxy/quota/penalty.h"

namespace postern::quota {

namespace {

constexpr std::uint8_t kBlockedWeight = kMostPenalty + 1;

// From zero, and by pages that are not there until somebody uses them: a proxy that nobody attacks
// does not pay for its table.
HistoryEntry* free_entries(std::size_t count) {
  void* memory = std::calloc(count, sizeof(HistoryEntry));
  check(memory != nullptr, "there is memory for the history of logins");
  return static_cast<HistoryEntry*>(memory);
}

HistoryEntry* find_in(HistoryEntry* set, std::uint64_t key) {
  for (HistoryEntry* entry = set; entry != set + HistoryTable::kWays; ++entry) {
    if (entry->key == key) return entry;
  }
  return nullptr;
}

// What would be lost with it.
using Weight = std::tuple<bool, std::uint8_t, std::uint32_t>;
Weight weight_of(const HistoryEntry& entry, Instant now) {
  const std::uint32_t seconds = seconds_of(now);
  const std::chrono::seconds since(seconds - std::min(seconds, entry.last));
  if (entry.exempt) return {since <= kKnownFor, 0, entry.last};
  const bool blocked = is_blocked(entry.as<Guesses>().rate, now);
  return {false, blocked ? kBlockedWeight : fallen_penalty(entry.penalty, since), entry.last};
}

HistoryEntry& lightest_of(HistoryEntry* set, Instant now) {
  HistoryEntry* lightest = set;
  Weight least = weight_of(*set, now);
  for (HistoryEntry* entry = set + 1; entry != set + HistoryTable::kWays; ++entry) {
    const Weight weight = weight_of(*entry, now);
    if (weight >= least) continue;
    lightest = entry;
    least = weight;
  }
  return *lightest;
}

}  // namespace

std::uint32_t seconds_of(Instant at) {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count());
}

HistoryTable::HistoryTable(std::size_t sets) : mask_(sets - 1), entries_(nullptr) {
  check(std::has_single_bit(sets), "sets are chosen by the lowest bits of a key");
  entries_.reset(free_entries(sets * kWays));
}

HistoryEntry* HistoryTable::look(std::uint64_t key) const { return find_in(set_of(key), key); }

std::optional<HistoryEntry> HistoryTable::find(std::uint64_t key) const {
  const std::lock_guard held(stripe_of(key).lock);
  const HistoryEntry* entry = look(key);
  return entry ? std::optional(*entry) : std::nullopt;
}

HistoryEntry& HistoryTable::take(std::uint64_t key, Instant now) {
  if (HistoryEntry* entry = look(key)) return *entry;
  HistoryEntry* place = find_in(set_of(key), 0);
  if (place == nullptr) {
    place = &lightest_of(set_of(key), now);
  } else {
    used_.fetch_add(1, std::memory_order_relaxed);
  }
  *place = HistoryEntry{.key = key};
  return *place;
}

}  // namespace postern::quota
