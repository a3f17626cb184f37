// Whether the MailClass of a directory is there and cannot be used (Terms::class_broken): asked
// before the world is built, by the control loop and by the tools that answer as it would. In a
// cluster the IngressClass says which one it is, and whether there has to be one. Pure.
#pragma once

#include <string_view>

#include "controller/model/problem.h"
#include "controller/world/world.h"

namespace postern::build {

// `problems` are those of the source: what was refused there is not in the world.
[[nodiscard]] bool class_is_broken(const world::World& world, const model::Problems& problems,
                                   std::string_view class_name);

}  // namespace postern::build
