// Patterns that authors write: are they RE2, and small enough for a proxy to keep?
#pragma once

#include "controller/decode/document.h"
#include "controller/decode/findings.h"

namespace postern::decode {

// `spec` of a MailServer that has passed structure and rules.
void check_patterns(const Node& spec, Findings& findings);

}  // namespace postern::decode
