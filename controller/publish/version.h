// Wanted: what every proxy of the class should have, in the order of application. Its version is a
// hash of all (type, name, version): equal on every replica and after a restart.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/config/resource.h"

namespace postern::publish {

using SharedResource = std::shared_ptr<const config::Resource>;
using Wanted = std::map<config::ResourceKey, SharedResource>;

struct Stamped {
  Wanted wanted;
  // No message could carry them; `wanted` has their predecessors where there are any.
  std::vector<SharedResource> too_large;
};

// One message holds at least one resource; gRPC's receive limit on both sides is 8 MiB.
inline constexpr std::size_t kMostResourceOctets = std::size_t{6} << 20;

// Sets the version of each. What did not change since `last` is shared with it.
[[nodiscard]] Stamped stamp(std::vector<config::Resource> resources, const Wanted& last);

[[nodiscard]] std::string version_of(const Wanted& wanted);

}  // namespace postern::publish
