// Which tenants of a listener have to be looked at, when most are what they were: those that it
// does not share with the listener before it, and those whose server was touched. Control thread.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "common/config/listener.h"

namespace postern::adopt {

using Touched = std::set<std::string, std::less<>>;  // SERVER resources
using Tenants = SharedList<config::Tenant>;

struct Doubts {
  Tenants::Common shared;            // with the listener before
  std::vector<std::size_t> tenants;  // ascending indices
};

// `before`: null if there is none.
[[nodiscard]] Doubts doubts_of(const Tenants& now, const Tenants* before, const Touched& touched);

}  // namespace postern::adopt
