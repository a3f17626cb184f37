// A run of guests, in four manners, and what it says: a line of JSON when all is warm, one at the
// end of what is measured, one when all have left. Before the second and the third it waits for a
// line on stdin, so that who measures can look at the proxy while nothing moves.
//   sessions  --count connections, each follows "open", --places at a time
//   rounds    --places connections follow "open", then "work" --count times in all, then "close"
//   hold      --count connections follow "open", stay, and follow "close"
//   mix       --places connections at a time follow all scripts in turn, for --seconds
#pragma once

#include "bench/load/flags.h"

namespace postern::bench {

int run_guests(const Flags& flags);

}  // namespace postern::bench
