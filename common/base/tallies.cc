#include "common/base/tallies.h"

#include <algorithm>
#include <utility>

namespace postern {

// Nobody sees a series before it is whole: the head of the chain is what publishes it.
template <class Kind, class... Arguments>
Kind& Tallies::make(Head head, Kind& unseen, Arguments... arguments) {
  if (series_.size() >= kMostSeries) {
    refused_.add();
    return unseen;
  }
  std::sort(head.labels.begin(), head.labels.end());
  Series& made = series_.emplace_back();
  made.name = head.name;
  made.help = head.help;
  made.labels = std::move(head.labels);
  Kind& value = made.value.template emplace<Kind>(arguments...);
  made.before = newest_.load(std::memory_order_relaxed);
  newest_.store(&made, std::memory_order_release);
  return value;
}

OwnCounter& Tallies::counter(std::string_view name, std::string_view help, Labels labels) {
  return make({name, help, std::move(labels)}, unseen_counter_);
}

OwnGauge& Tallies::gauge(std::string_view name, std::string_view help, Labels labels) {
  return make({name, help, std::move(labels)}, unseen_gauge_);
}

OwnHistogram& Tallies::histogram(std::string_view name, std::string_view help, Labels labels) {
  return make({name, help, std::move(labels)}, unseen_histogram_, Scale::Work);
}

}  // namespace postern
