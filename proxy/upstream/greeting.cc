#include "proxy/upstream/greeting.h"

#include <string_view>
#include <variant>

#include "common/base/ascii.h"
#include "proxy/grammar/imap/response.h"

namespace postern::upstream {

namespace {

namespace imap = grammar::imap;

Greeting imap_greeting(ByteView octets) {
  const auto parsed = imap::parse_response(octets, kGreetingOctets);
  if (std::holds_alternative<grammar::NeedMore>(parsed)) return Greeting::NotYet;
  const auto* const done = std::get_if<grammar::Done<imap::Response>>(&parsed);
  const auto* const said = done ? std::get_if<imap::Status>(&done->value) : nullptr;
  if (!said) return Greeting::None;
  if (said->condition == imap::Condition::Ok) return Greeting::Ready;
  // PREAUTH is somebody else's session: nobody is served by it.
  return said->condition == imap::Condition::Bye ? Greeting::Refusing : Greeting::None;
}

// The lines of the greeting, one after the other; what a line means says `judge`: NotYet, and the
// next line is looked at.
template <class Judge>
Greeting by_lines(ByteView octets, Judge judge) {
  for (;;) {
    const std::size_t end = octets.find('\n');
    if (end == ByteView::npos) return Greeting::NotYet;
    if (end == 0 || octets[end - 1] != '\r') return Greeting::None;
    const Greeting greeting = judge(octets.substr(0, end - 1));
    if (greeting != Greeting::NotYet) return greeting;
    octets.remove_prefix(end + 1);
  }
}

Greeting pop3_line(ByteView line) {
  if (line == "+OK" || line.starts_with("+OK ")) return Greeting::Ready;
  return line.starts_with("-ERR") ? Greeting::Refusing : Greeting::None;
}

Greeting smtp_line(ByteView line) {
  if (line.size() < 3 || !is_digit(line[0]) || !is_digit(line[1]) || !is_digit(line[2])) {
    return Greeting::None;
  }
  const char next = line.size() == 3 ? ' ' : line[3];
  if (next != ' ' && next != '-') return Greeting::None;
  if (line[0] == '4' || line[0] == '5') return Greeting::Refusing;
  if (!line.starts_with("220")) return Greeting::None;
  return next == '-' ? Greeting::NotYet : Greeting::Ready;
}

Greeting sieve_line(ByteView line) {
  if (line.starts_with('"')) return Greeting::NotYet;  // a capability
  const auto is = [&](std::string_view word) {
    return starts_with_ignoring_case(line, word) &&
           (line.size() == word.size() || line[word.size()] == ' ');
  };
  if (is("OK")) return Greeting::Ready;
  return is("BYE") || is("NO") ? Greeting::Refusing : Greeting::None;
}

Greeting whatever_its_length(Protocol protocol, ByteView octets) {
  switch (protocol) {
    case Protocol::Imap: return imap_greeting(octets);
    case Protocol::Pop3: return by_lines(octets, pop3_line);
    case Protocol::ManageSieve: return by_lines(octets, sieve_line);
    case Protocol::Submission:
    case Protocol::Mx:
    case Protocol::Lmtp: return by_lines(octets, smtp_line);
  }
  return Greeting::None;
}

}  // namespace

Greeting greeting_of(Protocol protocol, ByteView octets) {
  const Greeting greeting = whatever_its_length(protocol, octets);
  const bool endless = greeting == Greeting::NotYet && octets.size() >= kGreetingOctets;
  return endless ? Greeting::None : greeting;
}

}  // namespace postern::upstream
