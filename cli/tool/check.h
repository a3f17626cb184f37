// `postern check FILE…`: what the controller would say of these manifests, without serving
// anything. The same reader, decoder and builder as `postern run`, so the verdicts are the same.
#pragma once

#include <string>
#include <vector>

namespace postern::tool {

struct CheckAnswer {
  int exit_code = 0;
  std::string out;  // a line a problem, then a summary
  std::string err;
};

[[nodiscard]] CheckAnswer check(const std::vector<std::string>& paths);

}  // namespace postern::tool
