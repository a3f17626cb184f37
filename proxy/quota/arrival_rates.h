// ArrivalRates: how many connections a source has made lately, by GCRA: one time a source, in fixed
// memory shared by all workers (history_table.h), whoever comes from however many addresses. When a
// set is full, the one whose last connection is longest ago is forgotten.
// Never knows whose source or limit it is: keys and limits come in with each arrival. Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/base/clock.h"
#include "proxy/quota/history_table.h"

namespace postern::quota {

enum class Arrival : std::uint8_t {
  Within,
  Above,     // of the limit: told so
  FarAbove,  // so many were told so in this minute that the words are not worth it any more
};

class ArrivalRates {
 public:
  // 65 536 sources at a time, 3 MiB that are not there until they are used.
  static constexpr std::size_t kSets = std::size_t{1} << 14;

  explicit ArrivalRates(std::size_t sets = kSets) : table_(sets) {}

  // One more under `key`, of which `per_minute` may come, all at once if they like. Those that are
  // above are not counted: who goes on trying is let in as often as who waits.
  [[nodiscard]] Arrival arrive(std::uint64_t key, std::uint32_t per_minute, Instant now);
  // One that was counted turned out to be somebody else's.
  void forget(std::uint64_t key, std::uint32_t per_minute);

  [[nodiscard]] std::size_t entries() const { return table_.entries(); }

 private:
  HistoryTable table_;
};

}  // namespace postern::quota
