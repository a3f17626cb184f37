// What certificates of clients make possible: whether EXTERNAL can be checked, and whether anybody
// who logged in by it can be passed on to a backend. Private to this room.
#pragma once

#include <optional>
#include <string>

#include "controller/build/draft.h"

namespace postern::build {

// Every authority and revocation list that is named is here; else none is asked for, and no TLS
// listener is opened.
[[nodiscard]] bool can_ask_for_certificates(const ServerDraft& server);
// A certificate that is shown can prove something.
[[nodiscard]] bool verifies_clients(const ServerDraft& server);
// Some provider takes the name out of the certificate.
[[nodiscard]] bool logs_in_by_certificate(const ServerDraft& server);
// Nobody behind the protocol could be told who he is without a password.
[[nodiscard]] bool needs_a_password_of(const ServerDraft& server, Protocol protocol);

// A listener that lets people in without the certificate that is required; empty: it does not.
[[nodiscard]] std::optional<Remark> check_way_around(const ServerDraft& server,
                                                     const model::ListenerSpec& listener,
                                                     const std::string& field);

}  // namespace postern::build
