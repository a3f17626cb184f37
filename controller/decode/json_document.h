// JSON of one object, as an API server writes it → a document. The only place of this room that
// knows Boost.JSON. Numbers stay as they are written. Bounded: depth, values and octets. Refused,
// because readers would differ about it: a key twice. Left out: metadata.managedFields, half of
// many an object and of no use here. A document of JSON has no marks.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"
#include "controller/decode/document.h"

namespace postern::decode {

// The error is a sentence without any of the text: it may be a Secret's.
[[nodiscard]] Result<Node, std::string> read_json(std::string_view text);

}  // namespace postern::decode
