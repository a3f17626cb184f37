// Base64 as RFC 4648 §4 has it, and nothing else: the standard alphabet, padding required, no
// blanks, no line ends, unused bits zero, so that one value has one text. Decoded octets land in a
// Buffer, which wipes them.
#pragma once

#include <cstddef>
#include <string>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/base/secret.h"
#include "proxy/grammar/parse.h"

namespace postern::grammar::base64 {

// More than `most` decoded octets are Malformed too.
[[nodiscard]] Result<Buffer, Malformed> decode(ByteView text, std::size_t most);

[[nodiscard]] std::string encode(ByteView octets);
// For credentials: no copy is left behind.
[[nodiscard]] Secret encode_secret(ByteView octets);

}  // namespace postern::grammar::base64
