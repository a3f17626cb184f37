#include "common/base/metrics.h"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>

#include "common/base/ascii.h"
#include "common/base/check.h"
#include "common/base/scrape.h"
#include "common/base/tallies.h"

namespace postern {

namespace {

constexpr std::string_view kRefusedName = "postern_series_refused_total";
constexpr std::string_view kRefusedHelp = "Series that were refused because there are too many.";

bool is_metric_name(std::string_view name) {
  return !name.empty() && !is_digit(name[0]) && std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '_';
  });
}

// A family is of one kind; the maps of the others stay empty.
struct Family {
  std::string_view help;
  prometheus::MetricType type;
  std::map<Labels, std::unique_ptr<Counter>> counters;
  std::map<Labels, std::unique_ptr<Gauge>> gauges;
  std::map<Labels, std::unique_ptr<Histogram>> histograms;
};

struct Looked {
  std::string_view name;
  std::string_view help;
  prometheus::MetricType type;
  std::function<std::vector<Seen>()> look;
};

}  // namespace

struct Metrics::State {
  mutable std::mutex
      lock;  // never taken by who counts in Tallies; not held while `looks` are asked
  std::map<std::string, Family, std::less<>> families;
  std::deque<Tallies> tallies;
  std::vector<std::shared_ptr<const Looked>> looks;
  std::size_t series = 0;
  mutable std::uint64_t refused = 0;  // series that stand for others since

  void look(Looked at) {
    check(is_metric_name(at.name), "a metric has a name that Prometheus takes");
    const std::scoped_lock held(lock);
    looks.push_back(std::make_shared<const Looked>(std::move(at)));
  }

  Family& family(std::string_view name, std::string_view help, prometheus::MetricType type) {
    const auto found = families.find(name);
    if (found != families.end()) {
      check(found->second.type == type, "a metric is of one kind");
      return found->second;
    }
    check(is_metric_name(name), "a metric has a name that Prometheus takes");
    return families.emplace(name, Family{help, type, {}, {}, {}}).first->second;
  }

  // Beyond the bound all new series of a family are one.
  template <class Value>
  Value& find_or_make(std::map<Labels, std::unique_ptr<Value>>& held, Labels labels) {
    std::sort(labels.begin(), labels.end());
    auto found = held.find(labels);
    if (found != held.end()) return *found->second;
    for (auto& [name, value] : labels) {
      check(is_metric_name(name), "a label has a name that Prometheus takes");
      if (series >= kMostSeries) value = "other";
    }
    if (series >= kMostSeries) {
      ++refused;
      found = held.find(labels);
      if (found != held.end()) return *found->second;
    }
    ++series;
    return *held.emplace(std::move(labels), std::make_unique<Value>()).first->second;
  }

  void add_families(Scrape& scrape) const {
    for (const auto& [name, family] : families) {
      const auto add_all = [&, &what = name, &help = family.help](const auto& held) {
        for (const auto& [labels, value] : held) scrape.add({what, help, labels}, *value);
      };
      add_all(family.counters);
      add_all(family.gauges);
      add_all(family.histograms);
    }
  }

  [[nodiscard]] Scrape scraped() const {
    Scrape scrape;
    std::vector<std::shared_ptr<const Looked>> asked;
    {
      const std::scoped_lock held(lock);
      add_families(scrape);
      for (const Tallies& one : tallies) scrape.add(one);
      asked = looks;
    }
    for (const auto& one : asked) {
      for (Seen& seen : one->look()) {
        std::sort(seen.labels.begin(), seen.labels.end());
        scrape.add({one->name, one->help, seen.labels}, one->type, seen.value);
      }
    }
    const std::scoped_lock held(lock);
    Counter all;
    all.add(refused + scrape.refused());
    scrape.add({kRefusedName, kRefusedHelp, {}}, all);
    return scrape;
  }
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}

Metrics::~Metrics() = default;

Counter& Metrics::counter(std::string_view name, std::string_view help, const Labels& labels) {
  const std::scoped_lock held(state_->lock);
  return state_->find_or_make(state_->family(name, help, prometheus::MetricType::Counter).counters,
                              labels);
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  const std::scoped_lock held(state_->lock);
  return state_->find_or_make(state_->family(name, help, prometheus::MetricType::Gauge).gauges,
                              labels);
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, const Labels& labels) {
  const std::scoped_lock held(state_->lock);
  return state_->find_or_make(
      state_->family(name, help, prometheus::MetricType::Histogram).histograms, labels);
}

void Metrics::gauge_of(std::string_view name, std::string_view help,
                       std::function<std::vector<Seen>()> look) {
  state_->look({name, help, prometheus::MetricType::Gauge, std::move(look)});
}

void Metrics::counter_of(std::string_view name, std::string_view help,
                         std::function<std::vector<Seen>()> look) {
  state_->look({name, help, prometheus::MetricType::Counter, std::move(look)});
}

Tallies& Metrics::tallies() {
  const std::scoped_lock held(state_->lock);
  return state_->tallies.emplace_back();
}

std::string Metrics::text() const { return state_->scraped().text(); }

std::vector<std::pair<std::string, std::string>> Metrics::names() const {
  return state_->scraped().names();
}

}  // namespace postern
