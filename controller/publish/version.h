// Wanted: what every proxy of the class should have, in the order of application. Its version is a
// hash of all (type, name, version): equal on every replica and after a restart.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/config/resource.h"

namespace postern::publish {

using SharedResource = std::shared_ptr<const config::Resource>;
using Wanted = std::map<config::ResourceKey, SharedResource>;

// Sets the version of each. What did not change since `last` is shared with it.
[[nodiscard]] Wanted stamp(std::vector<config::Resource> resources, const Wanted& last);

[[nodiscard]] std::string version_of(const Wanted& wanted);

}  // namespace postern::publish
