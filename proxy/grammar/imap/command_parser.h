// One command that is whole, or that ends with the announcement of a literal: octets to values.
// Has no state between calls; CommandReader calls it once a line. Reads all that was read before
// again, which is bounded by the size of a command.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "common/base/bytes.h"
#include "proxy/grammar/imap/command.h"
#include "proxy/grammar/imap/token.h"

namespace postern::grammar::imap {

struct Announcement {
  Verb verb = Verb::Unknown;
  std::size_t argument = 0;
  Literal literal;
  std::size_t most = 0;  // of this argument, whatever room there is
};
using ParsedCommand = std::variant<Command, Announcement, Malformed>;

// Ends with CRLF. Octets of literals are whole, but for one that is announced at the very end.
[[nodiscard]] ParsedCommand parse_command(ByteView octets);

// What is known of a command from its beginning; empty or Unknown where that is not whole.
[[nodiscard]] std::string tag_of(ByteView octets);
[[nodiscard]] Verb verb_of(ByteView octets);

}  // namespace postern::grammar::imap
