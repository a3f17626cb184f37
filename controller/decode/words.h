// What a field wants, in words for people: patterns, examples, lists of names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/decode/document.h"
#include "controller/decode/schema.h"

namespace postern::decode {

// "a name such as mail-tls: …" for a pattern of the CRD; empty for one that is not in the table
// (a test sees that none is missing).
[[nodiscard]] std::string_view words_for_pattern(std::string_view pattern);

// "a list", "a whole number" …
[[nodiscard]] std::string_view words_for_type(const SchemaNode& schema);

// "write hostnames: [ … ]": how a field that is missing, or empty, is begun.
[[nodiscard]] std::string how_to_write(std::string_view key, const SchemaNode& schema);

// "a, b and c"
[[nodiscard]] std::string list_of(const std::vector<std::string>& words);

}  // namespace postern::decode
