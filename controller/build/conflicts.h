// Conflicts: who wins when two MailServers want the same thing. The older one does: it is asked
// first. The loser is told what is off, and never who has it: that may be in another namespace.
// Private to this room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/config/listener.h"
#include "controller/build/draft.h"

namespace postern::build {

// A port has one protocol and one way to begin TLS.
[[nodiscard]] std::optional<Remark> check_shared_port(const config::Listener& shared,
                                                      const config::Listener& wanted,
                                                      std::string field);

// The hostnames that nobody older has on this port.
[[nodiscard]] std::vector<std::string> free_hostnames(const config::Listener& shared,
                                                      const std::vector<std::string>& wanted);

[[nodiscard]] Remark lost_hostname(std::string field, std::uint16_t port,
                                   const std::string& hostname);

}  // namespace postern::build
