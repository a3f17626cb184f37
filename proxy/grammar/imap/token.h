// The words of IMAP: tag, atom, quoted string, the announcement of a literal. Each function reads
// one from the beginning of the octets. A literal is announced as a value; nothing is invited here.
// Strict where leniency was a hole elsewhere: no bare CR or LF, no NUL, two escapes only.
// RFC 9051 §4, §9; RFC 7888 (LITERAL+).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/secret.h"
#include "proxy/grammar/parse.h"

namespace postern::grammar::imap {

inline constexpr std::size_t kIdValueOctets =
    1024;  // of a value in ID, read or written: RFC 2971 §3.3

enum class LiteralMode : std::uint8_t { Synchronising, NonSynchronising };

struct Literal {
  std::uint64_t size = 0;
  LiteralMode mode = LiteralMode::Synchronising;
};

// RFC 9051's tag without '<', '>' and '&', which a browser would take for markup when they come
// back.
[[nodiscard]] bool is_tag_char(char c);
[[nodiscard]] bool is_atom_char(char c);
// Atoms of astrings may have ']' too.
[[nodiscard]] bool is_astring_char(char c);

// These end before the first octet that does not belong; at the end of the octets it is NeedMore,
// for the next one may belong.
[[nodiscard]] Parse<ByteView> parse_tag(ByteView octets);
[[nodiscard]] Parse<ByteView> parse_atom(ByteView octets);
[[nodiscard]] Parse<ByteView> parse_astring_atom(ByteView octets);
// Without quotes and escapes; a Secret, for passwords come so.
[[nodiscard]] Parse<Secret> parse_quoted(ByteView octets);
// {n} and {n+} with their CRLF; the literal's octets follow. At most ten digits; {n-} is refused.
[[nodiscard]] Parse<Literal> parse_literal(ByteView octets);

}  // namespace postern::grammar::imap
