// `postern certgen DIR`: the certificates of the stream between controller and proxies. The work is
// common/identity/certgen.h's; here it becomes lines for people and an exit code.
#pragma once

#include <string>

#include "common/base/clock.h"
#include "common/process/usage.h"

namespace postern::tool {

struct CertgenOptions {
  std::string directory;
  std::string ingress_class = "postern";
};

// To stdout a line a file: written or kept, and until when it is valid. An existing directory is
// looked through first: nothing valid is written over.
[[nodiscard]] process::Answered certgen(const CertgenOptions& options,
                                        const Clock& clock = SystemClock());

}  // namespace postern::tool
