// What came of the backends of one MailServer, for its status. Private to this room.
#pragma once

#include <vector>

#include "controller/build/part.h"

namespace postern::build {

// `problems`: all of the MailServer.
[[nodiscard]] std::vector<BackendVerdict> backend_verdicts(const Part& part,
                                                           const model::Problems& problems);

}  // namespace postern::build
