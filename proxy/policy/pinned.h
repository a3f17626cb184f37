// Pinned: a line or a rule says on which member somebody's mail is. Nobody stands in for it. Pure.
#pragma once

#include <string_view>

#include "proxy/policy/balancing.h"

namespace postern::policy {

// That member, where it is now. Only declared members have names that last.
[[nodiscard]] Result<Candidate, Nowhere> pinned_endpoint(const BalancingRequest& request,
                                                         std::string_view member);

}  // namespace postern::policy
