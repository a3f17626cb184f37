// What of a session is hashed over the members of a backend (balancing.hashKey). Part of the API:
// docs/placement.md has the words and vectors. Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/base/address.h"
#include "common/config/balancing.h"

namespace postern::policy {

// User: the canonical mailbox name. Domain: what stands behind its last @; names without one share
// the empty domain. Source: the text of the client's address, of IPv6 the /64 that it is in, whose
// other half changes as it likes.
[[nodiscard]] std::string hashed_text(config::HashKey key, std::string_view mailbox,
                                      const IpAddress& client);

}  // namespace postern::policy
