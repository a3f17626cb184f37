#include "proxy/grammar/imap/token.h"

#include <algorithm>

#include "common/base/ascii.h"
#include "common/base/check.h"
#include "common/base/limits.h"

namespace postern::grammar::imap {

namespace {

// 2^32 has ten digits; more could only wrap (security LI2).
constexpr std::size_t kLiteralDigits = 10;

Parse<ByteView> parse_run(ByteView octets, bool (*belongs)(char), std::string_view reason) {
  const auto* const end = std::find_if_not(octets.begin(), octets.end(), belongs);
  const auto size = static_cast<std::size_t>(end - octets.begin());
  if (size == octets.size()) return NeedMore{};
  if (size == 0) return Malformed{reason, 0};
  return Done<ByteView>{octets.substr(0, size), size};
}

// Whether the octets are this text, may become it, or cannot.
Parse<ByteView> expect(ByteView octets, std::string_view text, std::string_view reason) {
  if (octets.starts_with(text)) return Done<ByteView>{octets.substr(0, text.size()), text.size()};
  if (text.starts_with(octets)) return NeedMore{};
  return Malformed{reason, 0};
}

}  // namespace

bool is_atom_char(char c) {
  switch (c) {
    case '(':
    case ')':
    case '{':
    case '%':
    case '*':
    case '"':
    case '\\':
    case ']': return false;
    default: return c > 0x20 && c < 0x7F;
  }
}

bool is_astring_char(char c) { return c == ']' || is_atom_char(c); }

bool is_tag_char(char c) {
  return is_astring_char(c) && c != '+' && c != '<' && c != '>' && c != '&';
}

Parse<ByteView> parse_tag(ByteView octets) {
  const ByteView seen = octets.substr(0, limits::kImapTagOctets + 1);
  auto tag = parse_run(seen, is_tag_char, "a command begins with a tag");
  if (std::holds_alternative<NeedMore>(tag) && seen.size() > limits::kImapTagOctets) {
    return Malformed{"the tag is too long", limits::kImapTagOctets};
  }
  return tag;
}

Parse<ByteView> parse_atom(ByteView octets) {
  return parse_run(octets, is_atom_char, "an atom is missing");
}

Parse<ByteView> parse_astring_atom(ByteView octets) {
  return parse_run(octets, is_astring_char, "an atom or a string is missing");
}

Parse<Secret> parse_quoted(ByteView octets) {
  if (octets.empty()) return NeedMore{};
  if (octets[0] != '"') return Malformed{"a quoted string begins with a quote", 0};
  Buffer value(octets.size());
  for (std::size_t at = 1; at < octets.size(); ++at) {
    char c = octets[at];
    if (c == '"') return Done<Secret>{Secret(value.view()), at + 1};
    if (c == '\r' || c == '\n' || c == '\0') {
      return Malformed{"a quoted string ends with a quote, before its line does", at};
    }
    if (c == '\\') {
      if (++at == octets.size()) return NeedMore{};
      c = octets[at];
      if (c != '"' && c != '\\') return Malformed{"only quote and backslash are escaped", at};
    }
    check(value.append({&c, 1}), "a value is no longer than its quoted form");
  }
  return NeedMore{};
}

Parse<Literal> parse_literal(ByteView octets) {
  constexpr std::string_view kForm = "a literal is announced as {n} or {n+}";
  if (octets.empty()) return NeedMore{};
  if (octets[0] != '{') return Malformed{kForm, 0};
  Literal literal;
  std::size_t at = 1;
  for (; at < octets.size() && is_digit(octets[at]); ++at) {
    if (at > kLiteralDigits) return Malformed{"the literal's size has too many digits", at};
    literal.size = literal.size * 10 + static_cast<std::uint64_t>(octets[at] - '0');
  }
  if (at == octets.size()) return NeedMore{};
  if (at == 1) return Malformed{kForm, at};
  if (octets[at] == '+') {
    literal.mode = LiteralMode::NonSynchronising;
    ++at;
  }
  const auto end = expect(octets.substr(at), "}\r\n", kForm);
  if (std::holds_alternative<NeedMore>(end)) return NeedMore{};
  if (std::holds_alternative<Malformed>(end)) return Malformed{kForm, at};
  return Done<Literal>{literal, at + 3};
}

}  // namespace postern::grammar::imap
