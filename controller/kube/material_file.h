// A file of credentials or of a configuration, whole: read into wiped memory. Any thread.
#pragma once

#include <cstddef>
#include <string>

#include "common/base/result.h"
#include "common/base/secret.h"

namespace postern::kube {

// Or a sentence why not, with the path in it. Only of a regular file, of at most `most` octets.
[[nodiscard]] Result<Secret, std::string> read_material(const std::string& path, std::size_t most);

}  // namespace postern::kube
