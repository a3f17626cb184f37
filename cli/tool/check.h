// `postern check FILE…`: what the controller would say of these manifests, without serving
// anything. The same reader, decoder and builder as `postern run`, so the verdicts are the same.
#pragma once

#include <string>
#include <vector>

#include "common/process/usage.h"

namespace postern::tool {

// To stdout a line a problem, then a summary.
[[nodiscard]] process::Answered check(const std::vector<std::string>& paths);

}  // namespace postern::tool
