// Lines that end with CRLF, up to a limit. A bare CR or LF is Malformed: what one side takes for
// the end of a line and the other does not is how commands are smuggled. RFC 9051 §2.2, RFC 5321
// §2.3.8.
#pragma once

#include <cstddef>

#include "common/base/bytes.h"
#include "proxy/grammar/parse.h"

namespace postern::grammar {

inline constexpr std::string_view kBareCr = "a CR stands without its LF";
inline constexpr std::string_view kBareLf = "an LF stands without its CR";
inline constexpr std::string_view kLineTooLong = "the line is too long";

// Where the first CR or LF stands; npos: nowhere.
[[nodiscard]] std::size_t find_line_end(ByteView octets);

// The value is the line without CRLF; `limit` octets at most, CRLF included. Malformed.reason is
// one of the three above; `at` is the octet at fault.
[[nodiscard]] Parse<ByteView> parse_line(ByteView octets, std::size_t limit);

}  // namespace postern::grammar
