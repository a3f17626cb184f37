// Which tenant of its port a session belongs to. The ClientHello chooses, and what it chose is
// final; a client whom it brought to nobody belongs to the oldest tenant until it shows a name, and
// then to whoever has that name's domain: policies, limits, places, protection, providers and
// backends are that one's before anybody is asked. What the front has said already stays said.
#pragma once

#include <cstddef>
#include <optional>

#include "proxy/session/outcome.h"
#include "proxy/session/visit.h"

namespace postern::session {

// Places and facts are those of another tenant of the port from now on. False: that one has no
// place left, and all is as it was.
[[nodiscard]] bool change_tenant(Session& session, Worker& worker, std::size_t index);

// The client has shown credentials: their names get the form that is asked about, and the tenant is
// chosen where SNI named none. A refusal where that tenant would not take them on this connection.
[[nodiscard]] std::optional<Outcome> settle_name(Session& session, Worker& worker);

// False: nobody is asked about these credentials, and they are as good as wrong ones: of a domain
// that the MailServer does not name, or of nobody on this port.
[[nodiscard]] bool may_be_asked_about(const Visit& visit);

}  // namespace postern::session
