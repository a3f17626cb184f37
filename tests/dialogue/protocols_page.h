// docs/protocols.md: what of which RFC there is, and what each command is answered in each state,
// as the scripts have shown it.
#pragma once

#include <string>

#include "tests/dialogue/memory_runner.h"

namespace postern::dlg {

[[nodiscard]] std::string protocols_markdown(const Noted& noted);

}  // namespace postern::dlg
