// Admission: may this connection stay? A chain of small checks, the cheap ones first; the first no
// counts. Capacity is not decided here: places are taken in quota.
#pragma once

#include <string_view>

#include "common/config/listener.h"
#include "common/config/server.h"
#include "proxy/policy/decision.h"

namespace postern::policy {

// The tenant that has `name` on this port, by exact name, else by the longest wildcard; null: none.
// `name` is lower case.
[[nodiscard]] const config::Tenant* tenant_named(const config::Listener& listener,
                                                 std::string_view name);
// "*.example.com" stands for names below example.com at any depth, never for example.com itself.
[[nodiscard]] bool hostname_matches(std::string_view pattern, std::string_view name);

// At accept: is anybody served here at all?
[[nodiscard]] Decision admit_connection(const config::Listener& listener);
// After the ClientHello: a name that nobody has is served by the oldest tenant, unless that one's
// `unknownNames` says otherwise. An empty name was not asked for.
[[nodiscard]] Decision admit_name(const config::Listener& listener, const config::Server& oldest,
                                  std::string_view asked_name);

}  // namespace postern::policy
