// An API server fills in defaults before it stores an object, and does not say which. A value that
// is its field's default counts as not written: whoever left it out must not be told that it is not
// built.
#pragma once

#include "controller/decode/document.h"
#include "controller/decode/schema.h"

namespace postern::decode {

void forget_who_wrote_defaults(const SchemaNode& schema, Node& document);

}  // namespace postern::decode
