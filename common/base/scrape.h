// Scrape: the series of one look at /metrics. Values of the same name and labels add up; beyond the
// bound a new series counts into the one of its family whose labels all say `other`.
// Belongs to common/base: Metrics fills it. Thread: one.
#pragma once

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/metrics.h"
#include "common/base/tallies.h"

namespace postern {

// A hundred tenants times every label stay far below; what passes it is a mistake, and Prometheus
// would suffer for it.
inline constexpr std::size_t kMostSeries = 20'000;

class Scrape {
 public:
  struct Head {
    std::string_view name;
    std::string_view help;
    const Labels& labels;  // sorted
  };
  template <class Growth>
  void add(const Head& head, const BasicCounter<Growth>& counter) {
    at(head, prometheus::MetricType::Counter).counter.value += static_cast<double>(counter.value());
  }
  template <class Growth>
  void add(const Head& head, const BasicGauge<Growth>& gauge) {
    add(head, prometheus::MetricType::Gauge, static_cast<double>(gauge.value()));
  }
  // A counter or a gauge.
  void add(const Head& head, prometheus::MetricType type, double value) {
    auto& to = at(head, type);
    (type == prometheus::MetricType::Counter ? to.counter.value : to.gauge.value) += value;
  }
  template <class Growth>
  void add(const Head& head, const BasicHistogram<Growth>& histogram);
  void add(const Tallies& tallies);

  // Series that count as `other` here.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> names() const;

 private:
  struct Family {
    std::string_view help;
    prometheus::MetricType type;
    std::map<Labels, prometheus::ClientMetric> series;
  };

  [[nodiscard]] prometheus::ClientMetric& at(const Head& head, prometheus::MetricType type);

  std::map<std::string_view, Family> families_;
  std::size_t series_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace postern
