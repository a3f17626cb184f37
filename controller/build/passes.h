// The passes over one MailServer, in the order in which part.cc calls them. Each reads what the
// ones before it left in the draft and adds its own; none looks at another MailServer. Private to
// this room.
#pragma once

#include "controller/build/draft.h"

namespace postern::build {

// Domains out of ConfigMaps. False: nothing bounds whose users it would take, though its author
// wanted bounds, so nothing of it may be served, and the first remark says why.
[[nodiscard]] bool build_domains(const Setting& setting, ServerDraft& server);
// Key pairs of spec.tls.certificateRefs.
void build_identities(const Setting& setting, ServerDraft& server);
// Ticket keys of its own.
void build_ticket_keys(const Setting& setting, ServerDraft& server);
// Certificates of clients: authorities, revocation lists, ways around them.
void build_client_certificates(const Setting& setting, ServerDraft& server);
// Backends: ports found, trust, names, members.
void build_backends(const Setting& setting, ServerDraft& server);
// Who serves each backend now. Also called alone, when only that has changed.
void build_endpoints(const Setting& setting, ServerDraft& server);
// Who checks credentials: services, their trust, where they are.
void build_providers(const Setting& setting, ServerDraft& server);
// Whose PROXY headers are believed, on which ports.
void build_proxy_protocols(const Setting& setting, ServerDraft& server);
// What is offered, limits, time limits.
void build_servers(const Setting& setting, ServerDraft& server);
// Which backend has whose mail.
void build_routing(const Setting& setting, ServerDraft& server);

}  // namespace postern::build
