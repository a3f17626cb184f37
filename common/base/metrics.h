// Counters and gauges in a registry that main owns and passes on; prometheus-cpp turns them into
// the text of /metrics. Label values come from configuration or enums, never from clients; beyond
// 20 000 series a new one is refused and counted (postern_series_refused_total).
// Thread-safe: making a series takes a lock, counting is one relaxed addition.
#pragma once

#include <atomic>
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

class Metrics {
 public:
  Metrics();
  ~Metrics();
  // The same name and labels give the same series. References live as long as the registry.
  [[nodiscard]] Counter& counter(std::string_view name, std::string_view help,
                                 const Labels& labels = {});
  [[nodiscard]] Gauge& gauge(std::string_view name, std::string_view help,
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
