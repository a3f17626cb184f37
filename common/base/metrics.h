// Counters, gauges and histograms of time in a registry that main owns and passes on;
// prometheus-cpp turns them into the text of /metrics. Label values come from configuration or
// enums, never from clients; beyond 20 000 series a new one is refused and counted
// (postern_series_refused_total). Thread-safe: making a series takes a lock, counting is one
// relaxed addition.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Counter {
 public:
  void add(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(std::int64_t to) { value_.store(to, std::memory_order_relaxed); }
  void add(std::int64_t by) { value_.fetch_add(by, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// How long something took: 1 ms to 30 s, so that what should take 10 ms can be told from 5 and 25.
class Histogram {
 public:
  static constexpr std::array<double, 14> kBoundsSeconds{
      0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
  using Counts = std::array<std::uint64_t, kBoundsSeconds.size() + 1>;

  void observe(std::chrono::nanoseconds took);
  // Of each bucket alone; the last is above every bound.
  [[nodiscard]] Counts counts() const;
  [[nodiscard]] double sum_seconds() const {
    return static_cast<double>(sum_ns_.load(std::memory_order_relaxed)) / 1e9;
  }

 private:
  std::array<std::atomic<std::uint64_t>, kBoundsSeconds.size() + 1> counts_{};
  std::atomic<std::uint64_t> sum_ns_{0};
};

class Metrics {
 public:
  Metrics();
  ~Metrics();
  // The same name and labels give the same series. References live as long as the registry.
  [[nodiscard]] Counter& counter(std::string_view name, std::string_view help,
                                 const Labels& labels = {});
  [[nodiscard]] Gauge& gauge(std::string_view name, std::string_view help,
                             const Labels& labels = {});
  [[nodiscard]] Histogram& histogram(std::string_view name, std::string_view help,
                                     const Labels& labels = {});
  // Prometheus' text format.
  [[nodiscard]] std::string text() const;
  // Names and helps, sorted: docs/operations.md is checked against them.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> names() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace postern
