// Members: what a backend's manifest says about them, as the configuration has it. What the schema
// and the rules at it let through can be built; nothing is remarked here. Private to this room.
#pragma once

#include "common/config/backend.h"
#include "controller/model/mail_server.h"

namespace postern::build {

// Declared members, and who may stand in for one that is away.
void add_members(const model::BackendSpec& spec, config::Backend& backend);
// An older proxy would choose other members, or let more sessions in.
[[nodiscard]] bool needs_balancing(const config::Backend& backend);

}  // namespace postern::build
