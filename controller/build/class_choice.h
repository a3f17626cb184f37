// Which MailClass holds, and whether anything of the class is served at all (mailserver.md 8). In a
// directory it is the MailClass of the class's name, or none; in a cluster the IngressClass of that
// name says it. Pure. Private to this room.
#pragma once

#include <string>

#include "controller/build/builder.h"

namespace postern::build {

struct ClassChoice {
  const model::MailClass* mail_class = nullptr;  // null: the defaults of a class hold
  std::string refusal = {};                      // why nothing of the class is served; empty: it is
  bool takes_unclassed = true;                   // MailServers that name no class belong to it
};

[[nodiscard]] ClassChoice class_choice(const world::World& world, const Terms& terms);

}  // namespace postern::build
