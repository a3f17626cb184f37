// spec.backends[].login, and that of a port → how the proxy logs in. Private to this room.
#pragma once

#include <optional>
#include <string>

#include "controller/build/draft.h"

namespace postern::build {

// Nothing: it cannot be done as written, and a remark has been made below `field`.
[[nodiscard]] std::optional<config::BackendLogin> backend_login_of(const Setting& setting,
                                                                   ServerDraft& server,
                                                                   const model::LoginSpec& spec,
                                                                   const std::string& field);

// The method as far as it is known, where the rest cannot be done: what is offered does not change
// with a Secret that is missing for a while.
[[nodiscard]] config::BackendLogin method_alone(const model::LoginSpec& spec);

// A certificate is shown in a handshake: without TLS nobody is let in by it.
[[nodiscard]] std::optional<Remark> check_login_in_clear(const config::BackendPort& port,
                                                         const std::string& field);

// Who may log in as others; what cannot work has been remarked, and then nobody may.
void build_master_users(ServerDraft& server);

}  // namespace postern::build
