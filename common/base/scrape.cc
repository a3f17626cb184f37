#include "common/base/scrape.h"

#include <prometheus/text_serializer.h>

#include <limits>
#include <variant>

#include "common/base/check.h"

namespace postern {

namespace {

Labels all_other(Labels labels) {
  for (auto& label : labels) label.second = "other";
  return labels;
}

std::vector<prometheus::ClientMetric::Label> shown(const Labels& labels) {
  std::vector<prometheus::ClientMetric::Label> out;
  out.reserve(labels.size());
  for (const auto& [name, value] : labels) out.push_back({name, value});
  return out;
}

}  // namespace

prometheus::ClientMetric& Scrape::at(const Head& head, prometheus::MetricType type) {
  Family& family = families_.try_emplace(head.name, Family{head.help, type, {}}).first->second;
  check(family.type == type, "a metric is of one kind");
  const auto found = family.series.find(head.labels);
  if (found != family.series.end()) return found->second;
  if (series_ < kMostSeries) {
    ++series_;
    return family.series[head.labels];
  }
  Labels other = all_other(head.labels);
  if (other != head.labels) ++refused_;
  return family.series[std::move(other)];
}

// The sum of all is what the buckets say, so that what is counted meanwhile cannot make them
// disagree.
template <class Growth>
void Scrape::add(const Head& head, const BasicHistogram<Growth>& histogram) {
  auto& out = at(head, prometheus::MetricType::Histogram).histogram;
  const auto bounds = histogram.bounds();
  out.bucket.resize(bounds.size() + 1);
  std::uint64_t below = 0;
  for (std::size_t i = 0; i <= bounds.size(); ++i) {
    below += histogram.count(i);
    out.bucket[i].cumulative_count += below;
    out.bucket[i].upper_bound = i < bounds.size() ? static_cast<double>(bounds[i]) / 1e9
                                                  : std::numeric_limits<double>::infinity();
  }
  out.sample_count += below;
  out.sample_sum += histogram.sum_seconds();
}
template void Scrape::add(const Head&, const BasicHistogram<ByMany>&);
template void Scrape::add(const Head&, const BasicHistogram<ByOne>&);

void Scrape::add(const Tallies& tallies) {
  for (const Tallies::Series* one = tallies.newest(); one != nullptr; one = one->before) {
    std::visit([&](const auto& value) { add({one->name, one->help, one->labels}, value); },
               one->value);
  }
  refused_ += tallies.refused();
}

std::string Scrape::text() const {
  std::vector<prometheus::MetricFamily> out;
  out.reserve(families_.size());
  for (const auto& [name, family] : families_) {
    prometheus::MetricFamily& one = out.emplace_back();
    one.name = name;
    one.help = family.help;
    one.type = family.type;
    one.metric.reserve(family.series.size());
    for (const auto& [labels, value] : family.series) {
      one.metric.push_back(value);
      one.metric.back().label = shown(labels);
    }
  }
  return prometheus::TextSerializer().Serialize(out);
}

std::vector<std::pair<std::string, std::string>> Scrape::names() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [name, family] : families_) out.emplace_back(name, family.help);
  return out;
}

}  // namespace postern
