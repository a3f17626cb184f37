// What the process as a whole asks of its kernel: descriptors, core files, broken pipes.
#pragma once

namespace postern::process {

// First in main. RLIMIT_NOFILE up to the hard limit; SIGPIPE ignored (a write says EPIPE). In
// release builds no core files and no ptrace by the same user: memory holds passwords and keys.
void prepare_process();

[[nodiscard]] bool stderr_is_terminal();

}  // namespace postern::process
