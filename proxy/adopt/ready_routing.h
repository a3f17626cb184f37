// What a server's routing needs before anybody is led by it: its tables are here, its patterns are
// compiled. Called by prepare; control thread.
#pragma once

#include <memory>

#include "common/base/result.h"
#include "proxy/adopt/candidate.h"
#include "proxy/policy/user_patterns.h"

namespace postern::adopt {

// Null: no rule has a pattern.
using Patterns = std::shared_ptr<const policy::UserPatterns>;
[[nodiscard]] Result<Patterns, Fault> make_patterns(const config::Routing& routing,
                                                    const Candidate& all);

}  // namespace postern::adopt
