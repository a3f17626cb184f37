// How a user is logged in at the backend that has his mail: by config::BackendLogin whom somebody
// else has verified, with his own credentials on whom the backend decides itself: what a client
// shows never comes with the rights of a master (security R2). Pure; locate() asks whether it can
// be done before anybody is dialled, announce does it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/config/snapshot.h"
#include "proxy/dialogue/imap_back.h"
#include "proxy/session/visit.h"

namespace postern::session {

enum class NoLogin : std::uint8_t {
  NoPassword,  // the client showed none, and his provider returned none
  NoToken,     // the backend wants a bearer token, and the client showed none
  NameIsTwo,   // the separator is in the mailbox's name: it would be read as a master's login
  InClear,     // a certificate proves nothing without TLS
  NoMaster,    // its credentials are not here
};
[[nodiscard]] std::string_view meaning_of(NoLogin no);  // for the log

// Why this user cannot be logged in there; nothing: he can.
[[nodiscard]] std::optional<NoLogin> objection_to_login(const Identity& who,
                                                        const config::BackendPort& port,
                                                        const config::Snapshot& snapshot);

// Name, secret and method; the secrets are copied, for another endpoint may need them. Only where
// nothing speaks against it.
[[nodiscard]] dialogue::BackLogin back_login_of(const Identity& who,
                                                const config::BackendPort& port,
                                                const config::Snapshot& snapshot);

// A refusal there is not the client's mistake: it was not his secret that was shown.
[[nodiscard]] bool shows_own_secret(const Identity& who, const config::BackendPort& port);

}  // namespace postern::session
