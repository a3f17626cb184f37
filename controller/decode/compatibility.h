// docs/compatibility.md, printed from the schema and the table of honoured fields, so that the page
// and what the code refuses cannot differ. A test compares; POSTERN_REWRITE=1 writes it anew.
#pragma once

#include <string>

#include "controller/decode/schema.h"

namespace postern::decode {

[[nodiscard]] std::string compatibility_page(const SchemaNode& mail_server);

}  // namespace postern::decode
