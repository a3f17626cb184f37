// What /metrics shows: the sum of the series of one name that have the given labels, whoever
// counted.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/base/metrics.h"

namespace postern::test {

[[nodiscard]] inline double shown(const Metrics& metrics, std::string_view name,
                                  const Labels& labels = {}) {
  const std::string text = metrics.text();
  double sum = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::string line = text.substr(at, text.find('\n', at) - at);
    at += line.size() + 1;
    const std::size_t end = line.find_first_of("{ ");
    if (line.substr(0, end) != name) continue;
    const bool all = std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
      return line.find(label.first + "=\"" + label.second + "\"") != line.npos;
    });
    if (all) sum += std::strtod(line.c_str() + line.rfind(' '), nullptr);
  }
  return sum;
}

// The same of a number that is counted one by one.
[[nodiscard]] inline std::int64_t counted(const Metrics& metrics, std::string_view name,
                                          const Labels& labels = {}) {
  return static_cast<std::int64_t>(shown(metrics, name, labels));
}

}  // namespace postern::test
