// Counters, gauges and histograms of time in a registry that main owns and passes on;
// prometheus-cpp turns them into the text of /metrics. Label values come from configuration or
// enums, never from clients; of more than 20 000 series what is beyond counts as `other`
// (postern_series_refused_total).
// Who counts often has Tallies of its own (tallies.h), and a scrape adds them up. Here making a
// series takes a lock that a scrape holds too: for threads that may wait.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern {

using Labels = std::vector<std::pair<std::string, std::string>>;

// How a number grows: ByMany threads at once, or ByOne that others only read; then no instruction
// is locked.
struct ByMany {
  template <class Number>
  static void add(std::atomic<Number>& to, Number by) {
    to.fetch_add(by, std::memory_order_relaxed);
  }
};
struct ByOne {
  template <class Number>
  static void add(std::atomic<Number>& to, Number by) {
    to.store(to.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
};

template <class Growth>
class BasicCounter {
 public:
  void add(std::uint64_t by = 1) { Growth::add(value_, by); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

template <class Growth>
class BasicGauge {
 public:
  void set(std::int64_t to) { value_.store(to, std::memory_order_relaxed); }
  void add(std::int64_t by) { Growth::add(value_, by); }
  [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// Waits: 1 ms to 30 s, so that what should take 10 ms can be told from 5 and 25. Work: 100 µs to
// 10 s, for what takes a fraction of a millisecond when all is well.
enum class Scale : std::uint8_t { Waits, Work };

template <class Growth>
class BasicHistogram {
 public:
  // Of each bucket alone; the last that is used is above every bound.
  static constexpr std::size_t kBuckets = 15;

  explicit BasicHistogram(Scale scale = Scale::Waits) : scale_(scale) {}

  void observe(std::chrono::nanoseconds took) {
    const auto ns = static_cast<std::uint64_t>(took.count() < 0 ? 0 : took.count());
    Growth::add(counts_[bucket_of(ns)], std::uint64_t{1});
    Growth::add(sum_ns_, ns);
  }
  // In nanoseconds.
  [[nodiscard]] std::span<const std::uint64_t> bounds() const {
    if (scale_ == Scale::Waits) return kWaits;
    return kWork;
  }
  [[nodiscard]] std::uint64_t count(std::size_t bucket) const {
    return counts_[bucket].load(std::memory_order_relaxed);
  }
  [[nodiscard]] double sum_seconds() const {
    return static_cast<double>(sum_ns_.load(std::memory_order_relaxed)) / 1e9;
  }

 private:
  static constexpr std::uint64_t kMicrosecond = 1'000;
  static constexpr std::uint64_t kMillisecond = 1'000'000;
  static constexpr std::uint64_t kWaits[] = {
      1 * kMillisecond,     2500 * kMicrosecond, 5 * kMillisecond,    10 * kMillisecond,
      25 * kMillisecond,    50 * kMillisecond,   100 * kMillisecond,  250 * kMillisecond,
      500 * kMillisecond,   1000 * kMillisecond, 2500 * kMillisecond, 5000 * kMillisecond,
      10000 * kMillisecond, 30000 * kMillisecond};
  static constexpr std::uint64_t kWork[] = {
      100 * kMicrosecond,  250 * kMicrosecond,  1 * kMillisecond,   2500 * kMicrosecond,
      10 * kMillisecond,   25 * kMillisecond,   100 * kMillisecond, 500 * kMillisecond,
      2500 * kMillisecond, 10000 * kMillisecond};
  static_assert(std::size(kWaits) < kBuckets && std::size(kWork) < kBuckets);

  [[nodiscard]] std::size_t bucket_of(std::uint64_t ns) const {
    const auto all = bounds();
    std::size_t bucket = 0;
    while (bucket < all.size() && ns > all[bucket]) ++bucket;
    return bucket;
  }

  Scale scale_;
  std::atomic<std::uint64_t> counts_[kBuckets] = {};
  std::atomic<std::uint64_t> sum_ns_{0};
};

using Counter = BasicCounter<ByMany>;
using Gauge = BasicGauge<ByMany>;
using Histogram = BasicHistogram<ByMany>;

class Tallies;

// What is looked at when somebody scrapes, instead of counted.
struct Seen {
  Labels labels;
  double value = 0;
};

class Metrics {
 public:
  Metrics();
  ~Metrics();
  // The same name and labels give the same series. References live as long as the registry; names
  // and helps are literals.
  [[nodiscard]] Counter& counter(std::string_view name, std::string_view help,
                                 const Labels& labels = {});
  [[nodiscard]] Gauge& gauge(std::string_view name, std::string_view help,
                             const Labels& labels = {});
  [[nodiscard]] Histogram& histogram(std::string_view name, std::string_view help,
                                     const Labels& labels = {});
  // A gauge whose series are what `look` says at each scrape, on the thread that scrapes; not
  // beside each other.
  void gauge_of(std::string_view name, std::string_view help,
                std::function<std::vector<Seen>()> look);
  // The same of what only grows.
  void counter_of(std::string_view name, std::string_view help,
                  std::function<std::vector<Seen>()> look);
  // For one thread, new at each call; lives as long as the registry.
  [[nodiscard]] Tallies& tallies();
  // Prometheus' text format. Takes no lock that a thread with Tallies waits for.
  [[nodiscard]] std::string text() const;
  // Names and helps, sorted: docs/operations.md is checked against them.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> names() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace postern
