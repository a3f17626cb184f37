// Shelf: the answers of one provider, in stripes with a lock each. A key has one stripe, whichever
// worker asks. For the table only.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "proxy/verdicts/verdict_table.h"

namespace postern::verdicts {

class Shelf {
 public:
  Shelf(std::uint32_t max_entries, std::shared_ptr<std::atomic<std::size_t>> entries);
  ~Shelf();
  Shelf(const Shelf&) = delete;
  Shelf& operator=(const Shelf&) = delete;

  [[nodiscard]] KeptVerdict find(const VerdictKey& key);
  void put(const VerdictKey& key, KeptVerdict verdict);
  void erase(const VerdictKey& key);

  [[nodiscard]] std::uint32_t max_entries() const { return max_entries_; }
  Instant used{};  // the table's, under its lock

 private:
  static constexpr std::size_t kStripes = 16;
  using Entry = std::pair<VerdictKey, KeptVerdict>;
  struct Stripe {
    std::mutex lock;
    std::list<Entry> by_use;  // the last used first
    std::unordered_map<VerdictKey, std::list<Entry>::iterator, VerdictKeyHash> by_key;
  };
  // The end of a key: its beginning is the hash in the stripe.
  [[nodiscard]] Stripe& stripe_of(const VerdictKey& key) {
    return stripes_[key.back() % stripes_in_use_];
  }

  std::uint32_t max_entries_;
  std::size_t stripes_in_use_;  // fewer than there are when so few entries may be kept
  std::size_t most_in_stripe_;
  std::array<Stripe, kStripes> stripes_;
  std::shared_ptr<std::atomic<std::size_t>> entries_;  // of all shelves
};

}  // namespace postern::verdicts
