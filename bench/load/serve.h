// The servers of a bench, each on its threads: mail and auth services, or the bare relay. They
// serve until SIGTERM, and then say what they have counted, as one line of JSON. Each thread has
// its own sockets on the same ports and its own loop; only the counters are shared.
#pragma once

#include "bench/load/flags.h"

namespace postern::bench {

int serve(const Flags& flags);
int serve_relay(const Flags& flags);

}  // namespace postern::bench
