// The choice of a backend for a session: what it knows, asked of policy/routing with the tables and
// patterns of its snapshot.
#pragma once

#include "common/base/result.h"
#include "proxy/policy/routing.h"
#include "proxy/session/visit.h"

namespace postern::session {

// Views into the visit's snapshot. A refusal when he is led nowhere; why has been logged.
[[nodiscard]] Result<policy::Route, Outcome> route_of(Session& session, Worker& worker);

}  // namespace postern::session
