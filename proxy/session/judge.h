// Who is it: from what the client showed to an identity, by the providers of his MailServer. Asks,
// waits, and follows the chain; never knows how a provider is spoken to.
#pragma once

#include "common/base/result.h"
#include "proxy/session/outcome.h"
#include "proxy/session/visit.h"

namespace postern::session {

// Who may be asked about what the client has shown; a refusal when nobody can.
[[nodiscard]] Result<policy::AuthChain, Outcome> begin_judging(Session& session);

}  // namespace postern::session
