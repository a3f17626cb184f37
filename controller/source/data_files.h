// postern.dev/data-from-files: a Secret whose data stands in files, such as certbot's. Paths are
// relative to the manifest, or absolute; links are followed (certbot's live/ is links).
#pragma once

#include <string>
#include <vector>

#include "controller/model/core_objects.h"
#include "controller/model/problem.h"

namespace postern::source {

// True when the Secret has all its data. Problems say which file is missing, and warn of private
// files that everybody may read.
[[nodiscard]] bool read_data_files(model::SecretObject& secret, const std::string& manifest,
                                   model::Problems& problems);

// Where they stand; empty for a Secret that holds its own data.
[[nodiscard]] std::vector<std::string> data_files_of(const model::SecretObject& secret,
                                                     const std::string& manifest);

}  // namespace postern::source
