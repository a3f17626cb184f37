#include "common/base/version.h"

// cmake/version.cmake defines both for this file alone, so that a commit rebuilds one file.
#ifndef POSTERN_VERSION
#error "POSTERN_VERSION comes from cmake/version.cmake"
#endif

namespace postern {

std::string_view version() {
  static constexpr std::string_view kCommit = POSTERN_COMMIT;
  return kCommit.empty() ? POSTERN_VERSION : POSTERN_VERSION " (" POSTERN_COMMIT ")";
}

}  // namespace postern
