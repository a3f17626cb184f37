// docs/compatibility.md, printed from the schemas and the tables of honoured fields, so that the
// page and what the code refuses cannot differ. A test compares; POSTERN_REWRITE=1 writes it anew.
#pragma once

#include <string>

#include "controller/decode/decoder.h"

namespace postern::decode {

[[nodiscard]] std::string compatibility_page(const Schemas& schemas);

}  // namespace postern::decode
