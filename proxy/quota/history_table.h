// HistoryTable: a fixed number of entries in sets of four, shared by all workers. Memory is taken
// once and never grows, whoever comes with whatever names: a full set gives up its lightest entry.
// A lock covers one of 64 stripes and is held for less than a microsecond: whoever is called under
// it computes nothing and takes no other lock.
// Never knows what is counted: that is History's.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>

#include "common/base/clock.h"
#include "proxy/quota/failure_rate.h"
#include "proxy/quota/known_sources.h"

namespace postern::quota {

// Failures of somebody.
struct Guesses {
  RateCount rate;
  std::array<std::uint16_t, 8> sums{};  // of wrong passwords, newest first; 0: none
};

// 48 octets. `body` is Guesses or KnownSources, as the key's maker knows.
struct HistoryEntry {
  std::uint64_t key = 0;   // 0: free
  std::uint32_t last = 0;  // seconds of the steady clock: when the penalty rose, or he logged in
  std::uint16_t failures = 0;
  std::uint8_t penalty = 0;
  bool exempt = false;  // from replacement while others are there, for kKnownFor
  std::array<std::byte, 32> body{};

  template <class Body>
  [[nodiscard]] Body as() const {
    return std::bit_cast<Body>(body);
  }
  template <class Body>
  void put(const Body& value) {
    body = std::bit_cast<std::array<std::byte, sizeof(Body)>>(value);
  }
};
static_assert(sizeof(HistoryEntry) == 48);

[[nodiscard]] std::uint32_t seconds_of(Instant at);

class HistoryTable {
 public:
  static constexpr std::size_t kWays = 4;

  explicit HistoryTable(std::size_t sets);  // a power of two
  HistoryTable(const HistoryTable&) = delete;
  HistoryTable& operator=(const HistoryTable&) = delete;

  // A copy of the entry; nothing when there is none.
  [[nodiscard]] std::optional<HistoryEntry> find(std::uint64_t key) const;
  // The entry, made when it is not there, changed under its lock.
  template <class Change>
  void change(std::uint64_t key, Instant now, Change change) {
    const std::lock_guard held(stripe_of(key).lock);
    change(take(key, now));
  }
  // Nothing is made.
  template <class Change>
  void change_if_there(std::uint64_t key, Change change) {
    const std::lock_guard held(stripe_of(key).lock);
    if (HistoryEntry* entry = look(key)) change(*entry);
  }

  [[nodiscard]] std::size_t entries() const { return used_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t capacity() const { return (mask_ + 1) * kWays; }

 private:
  struct alignas(64) Stripe {
    mutable std::mutex lock;
  };
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  static constexpr std::size_t kStripes = 64;

  [[nodiscard]] const Stripe& stripe_of(std::uint64_t key) const {
    return stripes_[(key & mask_) % kStripes];
  }
  [[nodiscard]] HistoryEntry* set_of(std::uint64_t key) const {
    return &entries_[(key & mask_) * kWays];
  }
  [[nodiscard]] HistoryEntry* look(std::uint64_t key) const;
  [[nodiscard]] HistoryEntry& take(std::uint64_t key, Instant now);

  std::size_t mask_;
  std::unique_ptr<HistoryEntry[], Free> entries_;
  std::array<Stripe, kStripes> stripes_;
  std::atomic<std::size_t> used_{0};
};

}  // namespace postern::quota
