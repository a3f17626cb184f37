#include "controller/build/table_lines.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "common/base/limits.h"
#include "common/base/result.h"

namespace postern::build {
namespace {

using Line = Result<config::TableLine, std::string>;

constexpr std::size_t kDomainOctets = 253;  // RFC 1035 §2.3.4
constexpr std::size_t kLabelOctets = 63;
constexpr std::size_t kShownOctets = 64;  // of foreign text in a message

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_label(std::string_view text) {
  const auto is_inner = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-'; };
  return !text.empty() && text.size() <= kLabelOctets && text.front() != '-' &&
         text.back() != '-' && std::ranges::all_of(text, is_inner);
}

bool is_domain(std::string_view text) {
  if (text.size() > kDomainOctets) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

std::string shown(std::string_view text) { return printable(text, kShownOctets); }

// Names are ASCII until they are normalised by PRECIS: a key that nobody could log in with is a
// mistake.
std::optional<std::string> fault_of_key(std::string_view key) {
  if (!is_ascii(key)) {
    return fmt::format("'{}' is not ASCII, and no mailbox has such a name yet", shown(key));
  }
  if (has_control(key)) return fmt::format("'{}' has control signs in it", shown(key));
  if (key.size() > limits::kNameOctets) return "the name is too long";
  if (key.starts_with('@') && !is_domain(key.substr(1))) {
    return fmt::format("'{}' is no domain: write @example.com", shown(key));
  }
  return std::nullopt;
}

Line route_of(std::string_view text) {
  // A value has no colon; a name may have one.
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return Fail<std::string>("has no colon: write name: backend, or name: backend/member");
  }
  const std::string key = lower(trimmed(text.substr(0, colon)));
  const std::string_view value = trimmed(text.substr(colon + 1));
  if (key.empty()) return Fail<std::string>("has no name before the colon");
  if (auto fault = fault_of_key(key)) return Fail<std::string>(std::move(*fault));
  const std::size_t slash = value.find('/');
  const bool is_pinned = slash != std::string_view::npos;
  const std::string_view backend = value.substr(0, slash);
  const std::string_view member = is_pinned ? value.substr(slash + 1) : std::string_view{};
  if (!is_label(backend) || (is_pinned && !is_label(member))) {
    return Fail<std::string>(
        fmt::format("'{}' is no backend: write its name, or backend/member", shown(value)));
  }
  return config::TableLine{key, std::string(backend), std::string(member)};
}

Line domain_of_line(std::string_view text) {
  std::string domain = lower(text);
  if (is_domain(domain)) return config::TableLine{std::move(domain), {}, {}};
  return Fail<std::string>(fmt::format("'{}' is no domain: write example.com", shown(text)));
}

struct Numbered {
  config::TableLine line;
  std::uint32_t number = 0;
};

// Each key once, its last line.
ParsedTable sorted(std::vector<Numbered> lines) {
  std::ranges::stable_sort(lines, {},
                           [](const Numbered& one) -> const std::string& { return one.line.key; });
  ParsedTable out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i + 1 < lines.size() && lines[i + 1].line.key == lines[i].line.key) continue;
    out.table.lines.push_back(std::move(lines[i].line));
    out.numbers.push_back(lines[i].number);
  }
  return out;
}

ParsedTable bad(std::uint32_t number, std::string reason) {
  ParsedTable out;
  out.bad = BadLine{number, std::move(reason)};
  return out;
}

}  // namespace

ParsedTable parse_table(std::string_view text, TableKind kind) {
  std::vector<Numbered> lines;
  for (std::uint32_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!is_utf8(line)) return bad(number, "is not UTF-8");
    if (line.empty() || line.front() == '#') continue;
    Line read = kind == TableKind::Routes ? route_of(line) : domain_of_line(line);
    if (!read) return bad(number, std::move(read.error()));
    if (lines.size() == config::kMostTableLines) return bad(number, "the table has too many lines");
    lines.push_back({std::move(*read), number});
  }
  return sorted(std::move(lines));
}

}  // namespace postern::build
