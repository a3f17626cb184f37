// Tenancy: whose user is a name, by its domain (mailserver.md 6). Where SNI named a MailServer that
// one is final, and its `domains` bound who may log in; else the domain chooses among the tenants
// of the port. Pure. Called by the session, and by the tool that explains it.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "common/config/server.h"
#include "common/config/tenant_domains.h"
#include "proxy/policy/decision.h"
#include "proxy/policy/facts.h"

namespace postern::policy {

// `account` is normalised. A name without a domain is bound by nothing; "anna@" has one, and nobody
// names it.
[[nodiscard]] bool takes_name(const config::Server& server, const config::Snapshot& snapshot,
                              std::string_view account);

// For a client whom SNI brought to nobody: the tenant that names the domain, else the oldest that
// names none. Nothing: nobody here has such users.
[[nodiscard]] std::optional<std::size_t> tenant_of(std::string_view account,
                                                   const config::Listener& listener,
                                                   const config::Snapshot& snapshot,
                                                   const config::TenantDomains& domains);

// May the credentials that came on this connection be used at a tenant that nobody had chosen when
// it was made? Never wider than what it would have offered itself. `facts` are the connection's,
// `version` that of its TLS ("TLSv1.3"; empty: none, or told by a load balancer).
[[nodiscard]] Decision may_enter(const config::Server& server, config::Plaintext plaintext,
                                 Facts facts, std::string_view version);

}  // namespace postern::policy
