#include "proxy/grammar/imap/response.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "common/base/ascii.h"
#include "proxy/grammar/imap/token.h"
#include "proxy/grammar/line.h"

namespace postern::grammar::imap {

namespace {

constexpr std::string_view kTooLong = "the response is too long";

struct ConditionName {
  std::string_view name;
  Condition condition;
};
constexpr std::array kConditions = {
    ConditionName{"OK", Condition::Ok},           ConditionName{"NO", Condition::No},
    ConditionName{"BAD", Condition::Bad},         ConditionName{"BYE", Condition::Bye},
    ConditionName{"PREAUTH", Condition::Preauth},
};

std::optional<Condition> condition_named(ByteView word) {
  for (const ConditionName& row : kConditions) {
    if (equal_ignoring_case(word, row.name)) return row.condition;
  }
  return std::nullopt;
}

// Takes the octets up to the next space, and the space.
ByteView take_word(ByteView& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const ByteView word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

// "[CODE arguments] text"; a bracket that does not end is text, as people wrote it.
ResponseText parse_text(ByteView rest) {
  ResponseText out;
  const std::size_t end = rest.starts_with('[') ? rest.find(']') : ByteView::npos;
  if (end != ByteView::npos) {
    ByteView code = rest.substr(1, end - 1);
    out.code = upper(take_word(code));
    out.arguments = code;
    rest.remove_prefix(end + 1);
    if (rest.starts_with(' ')) rest.remove_prefix(1);
  }
  out.text = rest;
  return out;
}

std::optional<Literal> literal_at_end(ByteView line_with_crlf) {
  const std::size_t brace = line_with_crlf.rfind('{');
  if (brace == ByteView::npos) return std::nullopt;
  const auto parsed = parse_literal(line_with_crlf.substr(brace));
  const auto* const done = std::get_if<Done<Literal>>(&parsed);
  if (!done || brace + done->consumed != line_with_crlf.size()) return std::nullopt;
  return done->value;
}

// The size of an untagged response with its literals and its last CRLF.
Parse<std::size_t> measure(ByteView octets, std::size_t limit) {
  std::size_t size = 0;
  while (true) {
    const auto line = parse_line(octets.substr(size), limit - size);
    if (std::holds_alternative<NeedMore>(line)) return NeedMore{};
    if (const auto* const wrong = std::get_if<Malformed>(&line)) {
      return Malformed{wrong->reason, size + wrong->at};
    }
    const std::size_t line_size = std::get<Done<ByteView>>(line).consumed;
    const auto literal = literal_at_end(octets.substr(size, line_size));
    size += line_size;
    if (!literal) return Done<std::size_t>{size, size};
    if (literal->size >= limit - size) return Malformed{kTooLong, size};
    const auto more = static_cast<std::size_t>(literal->size);
    if (octets.size() - size < more) return NeedMore{};
    size += more;
  }
}

Parse<Response> parse_untagged(ByteView octets, ByteView line, std::size_t limit) {
  ByteView rest = line.substr(2);
  const ByteView word = take_word(rest);
  if (word.empty()) return Malformed{"an untagged response has a name", 2};
  if (const auto condition = condition_named(word)) {
    return Done<Response>{Status{*condition, parse_text(rest)}, line.size() + 2};
  }
  const auto measured = measure(octets, limit);
  const auto* const done = std::get_if<Done<std::size_t>>(&measured);
  if (!done) {
    const auto* const wrong = std::get_if<Malformed>(&measured);
    return wrong ? Parse<Response>(*wrong) : Parse<Response>(NeedMore{});
  }
  const std::size_t begin = std::min(2 + word.size() + 1, done->value - 2);
  return Done<Response>{
      Untagged{upper(word), std::string(octets.substr(begin, done->value - 2 - begin))},
      done->consumed};
}

Parse<Response> parse_tagged(ByteView line) {
  ByteView rest = line;
  const ByteView tag = take_word(rest);
  if (tag.empty() || !std::all_of(tag.begin(), tag.end(), is_tag_char)) {
    return Malformed{"a response begins with a tag, * or +", 0};
  }
  const auto condition = condition_named(take_word(rest));
  const bool may = condition && (*condition == Condition::Ok || *condition == Condition::No ||
                                 *condition == Condition::Bad);
  if (!may) return Malformed{"a tagged response says OK, NO or BAD", tag.size() + 1};
  return Done<Response>{Tagged{std::string(tag), *condition, parse_text(rest)}, line.size() + 2};
}

}  // namespace

Parse<Response> parse_response(ByteView octets, std::size_t limit) {
  const auto parsed = parse_line(octets, limit);
  if (std::holds_alternative<NeedMore>(parsed)) return NeedMore{};
  if (const auto* const wrong = std::get_if<Malformed>(&parsed)) return *wrong;
  const ByteView line = std::get<Done<ByteView>>(parsed).value;
  if (const std::size_t nul = line.find('\0'); nul != ByteView::npos) {
    return Malformed{"a response has a NUL", nul};
  }
  if (line.starts_with("* ")) return parse_untagged(octets, line, limit);
  // RFC 9051 §7.6 has a space after the plus; some send the plus alone.
  if (line == "+") return Done<Response>{Continuation{}, line.size() + 2};
  if (line.starts_with("+ ")) {
    return Done<Response>{Continuation{std::string(line.substr(2))}, line.size() + 2};
  }
  return parse_tagged(line);
}

std::vector<std::string> capabilities_of(const Response& response) {
  ByteView list;
  if (const auto* const untagged = std::get_if<Untagged>(&response)) {
    if (untagged->name == "CAPABILITY") list = untagged->rest;
  } else if (const auto* const tagged = std::get_if<Tagged>(&response)) {
    if (tagged->text.code == "CAPABILITY") list = tagged->text.arguments;
  } else if (const auto* const status = std::get_if<Status>(&response)) {
    if (status->text.code == "CAPABILITY") list = status->text.arguments;
  }
  std::vector<std::string> out;
  out.reserve(static_cast<std::size_t>(std::count(list.begin(), list.end(), ' ')) + 1);
  while (!list.empty()) {
    const ByteView word = take_word(list);
    if (!word.empty()) out.emplace_back(word);
  }
  return out;
}

bool has_capability(std::span<const std::string> capabilities, std::string_view capability) {
  return std::any_of(capabilities.begin(), capabilities.end(),
                     [&](const std::string& one) { return equal_ignoring_case(one, capability); });
}

}  // namespace postern::grammar::imap
