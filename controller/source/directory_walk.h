// Which files of a directory are manifests: *.yaml, *.yml, *.json; not hidden, not *~, three
// folders deep, no links that lead out of the directory except Kubernetes' ..data. In the order of
// names, so that "the first file wins" means the same on every file system.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "controller/model/problem.h"

namespace postern::source {

inline constexpr int kDeepestFolder = 3;
inline constexpr std::size_t kMostFiles = 10'000;

struct Walked {
  std::vector<std::string> files;    // with the directory's own path in front, as it was given
  std::vector<std::string> folders;  // that were looked through, the directory itself among them
  model::Problems problems;
  bool full = false;  // there may be more files than are told
};

// The error: the directory itself cannot be read.
[[nodiscard]] Result<Walked, std::string> walk_directory(const std::string& directory);

}  // namespace postern::source
