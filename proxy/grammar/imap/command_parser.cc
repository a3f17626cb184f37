#include "proxy/grammar/imap/command_parser.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "common/base/ascii.h"
#include "common/base/limits.h"

namespace postern::grammar::imap {

namespace {

constexpr std::size_t kWordOctets = 32;  // of an unknown verb, for the log
constexpr std::array kVerbs = {Verb::Capability, Verb::Noop,  Verb::Logout,      Verb::Id,
                               Verb::StartTls,   Verb::Login, Verb::Authenticate};

Verb verb_named(std::string_view word) {
  const auto* const found = std::find_if(kVerbs.begin(), kVerbs.end(), [&](Verb verb) {
    return equal_ignoring_case(word, name_of(verb));
  });
  return found == kVerbs.end() ? Verb::Unknown : *found;
}

// Reads arguments one after the other. After the first that fails, `malformed` or `announced` says
// why, and nothing more is asked.
class ArgumentReader {
 public:
  explicit ArgumentReader(ByteView octets) : rest_(octets), size_(octets.size()) {}

  std::optional<Announcement> announced;
  Malformed malformed;

  bool text(std::string_view expected, std::string_view reason) {
    if (!rest_.starts_with(expected)) return fail(reason, 0);
    rest_.remove_prefix(expected.size());
    return true;
  }
  bool space() { return text(" ", "a space is missing"); }
  bool end() { return text("\r\n", "the command has too many arguments"); }
  [[nodiscard]] bool at(std::string_view word) const {
    return starts_with_ignoring_case(rest_, word);
  }

  std::optional<ByteView> word(Parse<ByteView> (*parse)(ByteView)) { return take(parse(rest_)); }

  std::optional<Secret> astring(std::size_t most) {
    if (rest_.starts_with('"') || rest_.starts_with('{')) return string(most);
    const auto atom = take(parse_astring_atom(rest_));
    ++argument_;
    return atom ? std::optional(Secret(*atom)) : std::nullopt;
  }

  std::optional<Secret> string(std::size_t most) {
    const std::size_t argument = argument_++;
    if (rest_.starts_with('{')) return literal(argument, most);
    return take(parse_quoted(rest_));
  }

  bool nil() {
    const auto atom = word(parse_atom);
    return atom && (equal_ignoring_case(*atom, "NIL") || fail("a string or NIL is missing", 0));
  }

  // All octets up to the line's end.
  ByteView to_line_end() {
    const ByteView all = rest_.substr(0, rest_.find('\r'));
    rest_.remove_prefix(all.size());
    return all;
  }

 private:
  bool fail(std::string_view reason, std::size_t at_octet) {
    malformed = {reason, size_ - rest_.size() + at_octet};
    return false;
  }

  template <class T>
  std::optional<T> take(Parse<T> parsed) {
    if (auto* const done = std::get_if<Done<T>>(&parsed)) {
      rest_.remove_prefix(done->consumed);
      return std::move(done->value);
    }
    const auto* const wrong = std::get_if<Malformed>(&parsed);
    fail(wrong ? wrong->reason : "the command ends too early", wrong ? wrong->at : rest_.size());
    return std::nullopt;
  }

  std::optional<Secret> literal(std::size_t argument, std::size_t most) {
    const auto found = take(parse_literal(rest_));
    if (!found) return std::nullopt;
    if (rest_.empty()) {
      announced = Announcement{Verb::Unknown, argument, *found, most};
      return std::nullopt;
    }
    const ByteView octets = rest_.substr(0, static_cast<std::size_t>(found->size));
    const std::size_t nul = octets.find('\0');
    // RFC 9051 §4.3: a literal of CHAR8 has no NUL.
    if (nul != ByteView::npos && !fail("a literal has a NUL", nul)) return std::nullopt;
    rest_.remove_prefix(octets.size());
    return Secret(octets);
  }

  ByteView rest_;
  std::size_t size_;
  std::size_t argument_ = 0;
};

std::string text_of(const Secret& secret) { return std::string(secret.reveal()); }

std::optional<Arguments> parse_login(ArgumentReader& in) {
  if (!in.space()) return std::nullopt;
  const auto name = in.astring(limits::kNameOctets);
  if (!name || !in.space()) return std::nullopt;
  auto password = in.astring(limits::kPasswordOctets);
  if (!password || !in.end()) return std::nullopt;
  return LoginArguments{text_of(*name), std::move(*password)};
}

std::optional<Arguments> parse_authenticate(ArgumentReader& in) {
  if (!in.space()) return std::nullopt;
  const auto mechanism = in.word(parse_atom);
  if (!mechanism) return std::nullopt;
  AuthenticateArguments out{std::string(*mechanism), std::nullopt};
  if (in.at(" ")) {
    if (!in.space()) return std::nullopt;
    const ByteView response = in.to_line_end();
    if (response.empty()) {
      in.malformed = {"an empty initial response is written as =", 0};
      return std::nullopt;
    }
    // Base64 has none; what a literal announces would be run as commands (LI4).
    if (response.find('{') != ByteView::npos) {
      in.malformed = {"an initial response is base64", 0};
      return std::nullopt;
    }
    out.initial_response = Secret(response);
  }
  if (!in.end()) return std::nullopt;
  return out;
}

bool parse_id_pair(ArgumentReader& in, IdArguments& out) {
  const auto key = in.string(kIdValueOctets);
  if (!key || !in.space()) return false;
  if (in.at("NIL")) {
    out.pairs.emplace_back(text_of(*key), std::nullopt);
    return in.nil();
  }
  const auto value = in.string(kIdValueOctets);
  if (!value) return false;
  out.pairs.emplace_back(text_of(*key), text_of(*value));
  return true;
}

std::optional<Arguments> parse_id(ArgumentReader& in) {
  IdArguments out;
  if (!in.space()) return std::nullopt;
  if (in.at("NIL")) {
    return in.nil() && in.end() ? std::optional<Arguments>(std::move(out)) : std::nullopt;
  }
  // RFC 2971 §3.1: the list has strings only, so there is no list within it and nothing nests.
  if (!in.text("(", "ID has a list or NIL")) return std::nullopt;
  while (!in.at(")")) {
    if (!out.pairs.empty() && !in.space()) return std::nullopt;
    if (out.pairs.size() == limits::kImapIdPairs) {
      in.malformed = {"ID has at most 30 pairs", 0};
      return std::nullopt;
    }
    if (!parse_id_pair(in, out)) return std::nullopt;
  }
  if (!in.text(")", "ID's list ends") || !in.end()) return std::nullopt;
  return out;
}

std::optional<Arguments> parse_arguments(Verb verb, ArgumentReader& in) {
  switch (verb) {
    case Verb::Capability:
    case Verb::Noop:
    case Verb::Logout:
    case Verb::StartTls: return in.end() ? std::optional<Arguments>(NoArguments{}) : std::nullopt;
    case Verb::Id: return parse_id(in);
    case Verb::Login: return parse_login(in);
    case Verb::Authenticate: return parse_authenticate(in);
    case Verb::Unknown: return NoArguments{};  // nobody reads them
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Verb verb) {
  switch (verb) {
    case Verb::Capability: return "CAPABILITY";
    case Verb::Noop: return "NOOP";
    case Verb::Logout: return "LOGOUT";
    case Verb::Id: return "ID";
    case Verb::StartTls: return "STARTTLS";
    case Verb::Login: return "LOGIN";
    case Verb::Authenticate: return "AUTHENTICATE";
    case Verb::Unknown: return "?";
  }
  return "?";
}

ParsedCommand parse_command(ByteView octets) {
  ArgumentReader in(octets);
  const auto tag = in.word(parse_tag);
  if (!tag || !in.space()) return in.malformed;
  const auto word = in.word(parse_atom);
  if (!word) return in.malformed;
  const Verb verb = verb_named(*word);
  auto arguments = parse_arguments(verb, in);
  if (in.announced) {
    in.announced->verb = verb;
    return *in.announced;
  }
  if (!arguments) return in.malformed;
  const bool known = verb != Verb::Unknown;
  return Command{std::string(*tag), verb, known ? "" : std::string(word->substr(0, kWordOctets)),
                 std::move(*arguments)};
}

std::string tag_of(ByteView octets) {
  const auto tag = parse_tag(octets);
  const auto* const done = std::get_if<Done<ByteView>>(&tag);
  const bool whole = done && octets[done->consumed] == ' ';
  return whole ? std::string(done->value) : std::string();
}

Verb verb_of(ByteView octets) {
  ArgumentReader in(octets);
  if (!in.word(parse_tag) || !in.space()) return Verb::Unknown;
  const auto word = in.word(parse_atom);
  return word ? verb_named(*word) : Verb::Unknown;
}

}  // namespace postern::grammar::imap
