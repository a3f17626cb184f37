// Which MailClass is served here, for its status. Pure.
#pragma once

#include <optional>
#include <string>

#include "controller/loop/round.h"
#include "controller/world/world.h"

namespace postern::loop {

// Nothing: none is named, it is not there, or its status is another controller's to write, since an
// older IngressClass names it too.
[[nodiscard]] std::optional<ClassFound> class_found(const world::World& world,
                                                    const std::string& class_name);

}  // namespace postern::loop
