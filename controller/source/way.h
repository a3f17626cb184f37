// Which folders' entries decide what a path leads to: that of the file, and that of each link on
// the way (certbot's live/, Kubernetes' ..data). Those are the entries to watch.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace postern::source {

using Way = std::vector<std::pair<std::string, std::string>>;  // folder, entry

// Absolute. Where something is missing, the way ends with it.
[[nodiscard]] Way way_to(const std::string& path);

}  // namespace postern::source
