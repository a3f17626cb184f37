// One file, whole, up to a limit, as it was at one moment. What was read is wiped when it ends:
// manifests hold keys.
#pragma once

#include <cstddef>
#include <string>

#include "common/base/result.h"
#include "common/base/secret.h"

namespace postern::source {

inline constexpr std::size_t kMostFileOctets = std::size_t{1} << 20;

struct FileContent {
  Secret octets;
  bool world_readable = false;
};

// The error: what is wrong with it, to be said after its name.
[[nodiscard]] Result<FileContent, std::string> read_file(const std::string& path,
                                                         std::size_t most = kMostFileOctets);

}  // namespace postern::source
