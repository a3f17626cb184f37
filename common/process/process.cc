#include "common/process/process.h"

#include <csignal>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace postern::process {
namespace {

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  // Refused: the soft limit stays, and accepting pauses when it is reached.
  (void)setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

void prepare_process() {
  raise_descriptor_limit();
  (void)std::signal(SIGPIPE, SIG_IGN);
#if defined(NDEBUG) && !defined(POSTERN_SANITIZED)
  (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

bool stderr_is_terminal() { return isatty(STDERR_FILENO) == 1; }

}  // namespace postern::process
