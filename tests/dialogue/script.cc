#include "tests/dialogue/script.h"

#include <cctype>
#include <optional>

namespace postern::dlg {

namespace {

std::optional<int> hexadecimal(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// The text up to the closing quote, escapes kept; `text` then begins behind it.
std::optional<std::string_view> take_quoted(std::string_view& text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      const std::string_view inside = text.substr(1, i - 1);
      text.remove_prefix(i + 1);
      return inside;
    }
  }
  return std::nullopt;
}

// word, key=word or key="quoted \r\n text".
bool take_word(std::string_view& text, Phrase& phrase) {
  const std::size_t end = std::min(text.find_first_of(" ="), text.size());
  std::string key(text.substr(0, end));
  text.remove_prefix(end);
  if (text.empty() || text.front() == ' ') {
    phrase.words.push_back(std::move(key));
    return true;
  }
  text.remove_prefix(1);
  std::string_view raw;
  if (!text.empty() && text.front() == '"') {
    const auto quoted = take_quoted(text);
    if (!quoted) return false;
    raw = *quoted;
  } else {
    raw = text.substr(0, text.find(' '));
    text.remove_prefix(raw.size());
  }
  return unescape(raw, phrase.with[key]);
}

bool parse_phrase(std::string_view text, Phrase& phrase) {
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty()) return true;
    if (!take_word(text, phrase)) return false;
  }
}

std::string_view behind(std::string_view line, std::size_t mark) {
  line.remove_prefix(std::min(mark, line.size()));
  if (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  return line;
}

bool starts(std::string_view line, std::string_view mark) { return line.starts_with(mark); }

// Empty when all is well, else what is wrong.
std::string parse_line(std::string_view line, int number, Script& script) {
  Phrase phrase;
  std::string octets;
  if (starts(line, "C+:")) {
    if (!unescape(behind(line, 3), octets)) return "an escape that is not one";
    script.lines.push_back({number, ClientSays{std::move(octets)}});
  } else if (starts(line, "C:")) {
    script.lines.push_back({number, ClientSays{std::string(behind(line, 2)) + "\r\n"}});
  } else if (starts(line, "S:")) {
    script.lines.push_back({number, ServerSays{std::string(behind(line, 2))}});
  } else if (starts(line, ">>") || starts(line, "<<")) {
    if (!parse_phrase(line.substr(2), phrase) || phrase.words.empty()) return "no phrase";
    if (line.front() == '>') {
      script.lines.push_back({number, Wants{std::move(phrase)}});
    } else {
      script.lines.push_back({number, Told{std::move(phrase)}});
    }
  } else if (starts(line, "@")) {
    if (!parse_phrase(line.substr(1), script.setup)) return "no phrase";
  } else {
    return "a line begins with C:, C+:, S:, >>, <<, @ or #";
  }
  return {};
}

}  // namespace

const std::string& Phrase::word(std::size_t i) const {
  static const std::string none;
  return i < words.size() ? words[i] : none;
}

std::string Phrase::get(const std::string& key, const std::string& otherwise) const {
  const auto found = with.find(key);
  return found == with.end() ? otherwise : found->second;
}

bool unescape(std::string_view text, std::string& out) {
  static constexpr std::string_view kNames = "rnt0\\\"";
  static constexpr std::string_view kOctets("\r\n\t\0\\\"", 6);
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out.push_back(text[i]);
      continue;
    }
    if (++i == text.size()) return false;
    const std::size_t named = kNames.find(text[i]);
    if (named != std::string_view::npos) {
      out.push_back(kOctets[named]);
      continue;
    }
    if (text[i] != 'x' || i + 2 >= text.size()) return false;
    const auto high = hexadecimal(text[i + 1]);
    const auto low = hexadecimal(text[i + 2]);
    if (!high || !low) return false;
    out.push_back(static_cast<char>(*high * 16 + *low));
    i += 2;
  }
  return true;
}

std::string escape(std::string_view octets) {
  std::string out;
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '\r') {
      out += "\\r";
    } else if (c == '\n') {
      out += "\\n";
    } else if (octet < 0x20 || octet >= 0x7F || c == '\\') {
      static constexpr char kHex[] = "0123456789abcdef";
      out.append({'\\', 'x', kHex[octet >> 4U], kHex[octet & 15U]});
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::variant<Script, Unreadable> parse_script(std::string_view name, std::string_view text) {
  Script script;
  script.name = name;
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty()) continue;
    if (line.front() == '#') {
      if (script.lines.empty()) script.about += std::string(behind(line, 1)) + "\n";
      continue;
    }
    if (std::string wrong = parse_line(line, number, script); !wrong.empty()) {
      return Unreadable{number, std::move(wrong)};
    }
  }
  return script;
}

}  // namespace postern::dlg
