// Host name → addresses, as the system does it. Blocks for as long as the resolver likes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/base/address.h"
#include "common/base/result.h"

namespace postern::source {

// The error is a sentence's end: "does not resolve: Name or service not known".
using NameLookup = std::function<Result<std::vector<IpAddress>, std::string>(const std::string&)>;

// Sorted, because servers turn the order with each answer; at most 64, without repetition.
[[nodiscard]] Result<std::vector<IpAddress>, std::string> look_up(const std::string& name);

}  // namespace postern::source
