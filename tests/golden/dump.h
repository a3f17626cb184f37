// What was built, as text for people: one line a fact, defaults left out, secrets as hashes.
#pragma once

#include <string>

#include "controller/build/builder.h"

namespace postern::golden {

[[nodiscard]] std::string dump(const build::Built& built, const model::Problems& decoding);

}  // namespace postern::golden
