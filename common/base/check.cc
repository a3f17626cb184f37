#include "common/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace postern {

void fail_check(const char* sentence, const char* file, int line) {
  std::fprintf(stderr, "postern: this must not happen: %s (%s:%d)\n", sentence, file, line);
  std::abort();
}

}  // namespace postern
