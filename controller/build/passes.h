// The passes, in the order in which builder.cc calls them. Each reads what the ones before it left
// in the draft and adds its own. Private to this room.
#pragma once

#include "controller/build/draft.h"

namespace postern::build {

// Key pairs of spec.tls.certificateRefs.
void build_identities(Draft& draft);
// BACKEND: ports found, trust, names, members.
void build_backends(Draft& draft);
// ENDPOINTS: who serves each backend now.
void build_endpoints(Draft& draft);
// SERVER: what is offered, limits, time limits.
void build_servers(Draft& draft);
// LISTENER: the ports that MailServers share, and who lost a conflict.
void build_listeners(Draft& draft);

}  // namespace postern::build
