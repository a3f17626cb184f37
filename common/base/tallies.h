// Tallies: what one thread counts, such as a worker. Counting is a plain addition in memory that no
// other thread writes, and making a series takes no lock; a scrape reads what is there, from
// another thread, and adds up series of the same name and labels over all Tallies of a registry.
// Who makes a series keeps the reference: each call makes a new one.
// Threads: one at a time makes and counts; any reads through Metrics.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <variant>

#include "common/base/metrics.h"

namespace postern {

using OwnCounter = BasicCounter<ByOne>;
using OwnGauge = BasicGauge<ByOne>;
using OwnHistogram = BasicHistogram<ByOne>;

class Tallies {
 public:
  // So many, then what is made counts into series that nobody sees.
  static constexpr std::size_t kMostSeries = 20'000;

  Tallies() = default;
  Tallies(const Tallies&) = delete;
  Tallies& operator=(const Tallies&) = delete;

  // Names and helps are literals.
  [[nodiscard]] OwnCounter& counter(std::string_view name, std::string_view help,
                                    Labels labels = {});
  [[nodiscard]] OwnGauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
  // 100 µs to 10 s.
  [[nodiscard]] OwnHistogram& histogram(std::string_view name, std::string_view help,
                                        Labels labels = {});

  using Value = std::variant<OwnCounter, OwnGauge, OwnHistogram>;
  // On cache lines of its own: the neighbour may be another thread's.
  struct alignas(64) Series {
    std::string_view name;
    std::string_view help;
    Labels labels;  // sorted
    Value value;
    const Series* before = nullptr;
  };
  // The newest, from any thread; those before it hang on it.
  [[nodiscard]] const Series* newest() const { return newest_.load(std::memory_order_acquire); }
  [[nodiscard]] std::uint64_t refused() const { return refused_.value(); }

 private:
  struct Head {
    std::string_view name;
    std::string_view help;
    Labels labels;
  };
  template <class Kind, class... Arguments>
  Kind& make(Head head, Kind& unseen, Arguments... arguments);

  std::deque<Series> series_;  // addresses are stable
  std::atomic<const Series*> newest_{nullptr};
  OwnCounter refused_;
  OwnCounter unseen_counter_;
  OwnGauge unseen_gauge_;
  OwnHistogram unseen_histogram_;
};

}  // namespace postern
