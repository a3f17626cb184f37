// A document against the structural schema: types, required and unknown fields, bounds, words,
// patterns, lists without duplicates. Defaults of blocks that were written are filled in, as the
// API server does before it stores an object. Rules (rules.h) run after this, on what passed.
#pragma once

#include <string>

#include "controller/decode/document.h"
#include "controller/decode/findings.h"
#include "controller/decode/schema.h"

namespace postern::decode {

void check_structure(const SchemaNode& schema, Node& node, const std::string& path,
                     Findings& findings);

}  // namespace postern::decode
