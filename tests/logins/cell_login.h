// A login in memory through a cell: what the client says to the front, who is asked, and what the
// back says to the mail pod in his name.
#pragma once

#include <string>

#include "tests/logins/cell_world.h"

namespace postern::logins {

struct Ended {
  std::string words;      // "PLAIN, joe, with his password": what the pod hears; empty: nobody
  bool returned = false;  // only with a password that the provider returned
};
[[nodiscard]] Ended log_in(const Cell& cell, Mechanism mechanism);

}  // namespace postern::logins
