#include "common/base/metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>

#include "common/base/ascii.h"
#include "common/base/check.h"

namespace postern {

namespace {

// Labels come from configuration: a hundred tenants times every label stay far below; what passes
// it is a mistake, and Prometheus would suffer for it.
constexpr std::size_t kMostSeries = 20'000;
constexpr std::string_view kRefusedName = "postern_series_refused_total";
constexpr std::string_view kRefusedHelp = "Series that were refused because there are too many.";

bool is_metric_name(std::string_view name) {
  return !name.empty() && !is_digit(name[0]) && std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '_';
  });
}

// A family is of one kind; the maps of the others stay empty.
struct Family {
  std::string help;
  prometheus::MetricType type;
  std::map<Labels, std::unique_ptr<Counter>> counters;
  std::map<Labels, std::unique_ptr<Gauge>> gauges;
  std::map<Labels, std::unique_ptr<Histogram>> histograms;
};

prometheus::ClientMetric labelled(const Labels& labels) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : labels) metric.label.push_back({name, value});
  return metric;
}

prometheus::ClientMetric::Histogram collected(const Histogram& histogram) {
  prometheus::ClientMetric::Histogram out;
  const Histogram::Counts counts = histogram.counts();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    out.sample_count += counts[i];
    const bool bounded = i < Histogram::kBoundsSeconds.size();
    out.bucket.push_back({out.sample_count, bounded ? Histogram::kBoundsSeconds[i]
                                                    : std::numeric_limits<double>::infinity()});
  }
  out.sample_sum = histogram.sum_seconds();
  return out;
}

prometheus::MetricFamily collected(const std::string& name, const Family& family) {
  prometheus::MetricFamily out{name, family.help, family.type, {}};
  for (const auto& [labels, counter] : family.counters) {
    out.metric.push_back(labelled(labels));
    out.metric.back().counter.value = static_cast<double>(counter->value());
  }
  for (const auto& [labels, gauge] : family.gauges) {
    out.metric.push_back(labelled(labels));
    out.metric.back().gauge.value = static_cast<double>(gauge->value());
  }
  for (const auto& [labels, histogram] : family.histograms) {
    out.metric.push_back(labelled(labels));
    out.metric.back().histogram = collected(*histogram);
  }
  return out;
}

}  // namespace

void Histogram::observe(std::chrono::nanoseconds took) {
  const double seconds = std::chrono::duration<double>(took).count();
  const auto bucket = std::lower_bound(kBoundsSeconds.begin(), kBoundsSeconds.end(), seconds);
  counts_[static_cast<std::size_t>(bucket - kBoundsSeconds.begin())].fetch_add(
      1, std::memory_order_relaxed);
  const auto ns = std::max<std::int64_t>(0, took.count());
  sum_ns_.fetch_add(static_cast<std::uint64_t>(ns), std::memory_order_relaxed);
}

Histogram::Counts Histogram::counts() const {
  Counts out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = counts_[i].load(std::memory_order_relaxed);
  }
  return out;
}

struct Metrics::State final : prometheus::Collectable {
  mutable std::mutex lock;
  std::map<std::string, Family, std::less<>> families;
  std::size_t series = 0;
  Counter* refused = nullptr;  // postern_series_refused_total
  Counter refused_counter;     // what those who were refused count into; shown nowhere
  Gauge refused_gauge;
  Histogram refused_histogram;

  Family& family(std::string_view name, std::string_view help, prometheus::MetricType type) {
    const auto found = families.find(name);
    if (found != families.end()) {
      check(found->second.type == type, "a metric is of one kind");
      return found->second;
    }
    check(is_metric_name(name), "a metric has a name that Prometheus takes");
    return families.emplace(name, Family{std::string(help), type, {}, {}, {}}).first->second;
  }

  template <class Value>
  Value& find_or_make(std::map<Labels, std::unique_ptr<Value>>& held, Labels labels,
                      Value& when_refused) {
    std::sort(labels.begin(), labels.end());
    const auto found = held.find(labels);
    if (found != held.end()) return *found->second;
    if (series >= kMostSeries) {
      refused->add();
      return when_refused;
    }
    for (const auto& label : labels) {
      check(is_metric_name(label.first), "a label has a name that Prometheus takes");
    }
    ++series;
    return *held.emplace(std::move(labels), std::make_unique<Value>()).first->second;
  }

  Counter& counter(std::string_view name, std::string_view help, const Labels& labels) {
    Family& held = family(name, help, prometheus::MetricType::Counter);
    return find_or_make(held.counters, labels, refused_counter);
  }

  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels) {
    Family& held = family(name, help, prometheus::MetricType::Gauge);
    return find_or_make(held.gauges, labels, refused_gauge);
  }

  Histogram& histogram(std::string_view name, std::string_view help, const Labels& labels) {
    Family& held = family(name, help, prometheus::MetricType::Histogram);
    return find_or_make(held.histograms, labels, refused_histogram);
  }

  std::vector<prometheus::MetricFamily> Collect() const override {
    const std::scoped_lock held(lock);
    std::vector<prometheus::MetricFamily> out;
    out.reserve(families.size());
    for (const auto& [name, one] : families) out.push_back(collected(name, one));
    return out;
  }
};

Metrics::Metrics() : state_(std::make_unique<State>()) {
  state_->refused = &state_->counter(kRefusedName, kRefusedHelp, {});
}

Metrics::~Metrics() = default;

Counter& Metrics::counter(std::string_view name, std::string_view help, const Labels& labels) {
  const std::scoped_lock held(state_->lock);
  return state_->counter(name, help, labels);
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  const std::scoped_lock held(state_->lock);
  return state_->gauge(name, help, labels);
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, const Labels& labels) {
  const std::scoped_lock held(state_->lock);
  return state_->histogram(name, help, labels);
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(state_->Collect());
}

std::vector<std::pair<std::string, std::string>> Metrics::names() const {
  const std::scoped_lock held(state_->lock);
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [name, family] : state_->families) out.emplace_back(name, family.help);
  return out;
}

}  // namespace postern
