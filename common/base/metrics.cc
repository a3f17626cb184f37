#include "common/base/metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
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

// A family is of counters or of gauges; the map of the other kind stays empty.
struct Family {
  std::string help;
  prometheus::MetricType type;
  std::map<Labels, std::unique_ptr<Counter>> counters;
  std::map<Labels, std::unique_ptr<Gauge>> gauges;
};

prometheus::ClientMetric labelled(const Labels& labels) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : labels) metric.label.push_back({name, value});
  return metric;
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
  return out;
}

}  // namespace

struct Metrics::State final : prometheus::Collectable {
  mutable std::mutex lock;
  std::map<std::string, Family, std::less<>> families;
  std::size_t series = 0;
  Counter* refused = nullptr;  // postern_series_refused_total
  Counter refused_counter;     // what those who were refused count into; shown nowhere
  Gauge refused_gauge;

  Family& family(std::string_view name, std::string_view help, prometheus::MetricType type) {
    const auto found = families.find(name);
    if (found != families.end()) {
      check(found->second.type == type, "a metric is a counter or a gauge, not both");
      return found->second;
    }
    check(is_metric_name(name), "a metric has a name that Prometheus takes");
    return families.emplace(name, Family{std::string(help), type, {}, {}}).first->second;
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

  std::vector<prometheus::MetricFamily> Collect() const override {
    const std::scoped_lock held(lock);
    std::vector<prometheus::MetricFamily> out;
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
