// What a process says of itself under the names that Prometheus' own clients use, process_*, so
// that existing dashboards work. Looked at in /proc at each scrape; what cannot be read has no
// series.
// Called by the wiring of each program, once.
#pragma once

#include <optional>
#include <string_view>

#include "common/base/metrics.h"

namespace postern::process {

// Of the text of /proc/PID/stat. The name of a program stands there in brackets, and may hold
// blanks and brackets itself.
struct OwnStat {
  double cpu_seconds = 0;
  double virtual_bytes = 0;
  double resident_bytes = 0;
  double started_seconds = 0;  // since the machine did
};
[[nodiscard]] std::optional<OwnStat> read_stat(std::string_view text);

void count_process(Metrics& metrics);

}  // namespace postern::process
