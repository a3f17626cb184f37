// One line of the log as JSON or text. Whoever writes a field has made foreign text printable; this
// is the second wall: no octet of a value can end the line, a string or a terminal's patience.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "common/base/ascii.h"
#include "common/base/log.h"

namespace postern {

namespace {

constexpr std::size_t kValueOctets = 2048;

std::string_view word_of(LogLevel level) {
  switch (level) {
    case LogLevel::Debug: return "debug";
    case LogLevel::Info: return "info";
    case LogLevel::Warning: return "warning";
    case LogLevel::Error: return "error";
  }
  return "?";
}

// How many octets at the beginning may be written as they are: one character of UTF-8 that is no
// control. U+0080–U+009F are controls too: terminals obey them.
std::size_t clean_octets(std::string_view text) {
  if (is_control(text[0])) return 0;
  for (std::size_t length = 1; length <= std::min<std::size_t>(4, text.size()); ++length) {
    const std::string_view one = text.substr(0, length);
    if (is_utf8(one)) return one >= "\xC2\x80" && one <= "\xC2\x9F" ? 0 : length;
  }
  return 0;
}

constexpr std::array<bool, 256> plain_octet_table() {
  std::array<bool, 256> out{};
  for (std::size_t octet = 0x20; octet < 0x7F; ++octet) out[octet] = true;
  out['"'] = false;
  out['\\'] = false;
  return out;
}
constexpr std::array<bool, 256> kPlainOctets = plain_octet_table();

// How many octets at the beginning need no look: nearly always all of them.
std::size_t plain_octets(std::string_view text) {
  const auto other = std::find_if_not(
      text.begin(), text.end(), [](char c) { return kPlainOctets[static_cast<unsigned char>(c)]; });
  return static_cast<std::size_t>(other - text.begin());
}

// What is not clean becomes `hex_form` and two digits; quotes and backslashes get a backslash.
void escape(std::string& out, std::string_view text, std::string_view hex_form) {
  const bool cut = text.size() > kValueOctets;
  text = text.substr(0, kValueOctets);
  for (;;) {
    const std::size_t plain = plain_octets(text);
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t clean = clean_octets(text);
    if (clean == 0) {
      fmt::format_to(std::back_inserter(out), "{}{:02x}", hex_form,
                     static_cast<unsigned char>(text[0]));
    } else {
      if (text[0] == '"' || text[0] == '\\') out.push_back('\\');
      out.append(text.substr(0, clean));
    }
    text.remove_prefix(std::max<std::size_t>(1, clean));
  }
  if (cut) out.append("…");
}

void append_number(std::string& out, std::int64_t number) {
  const fmt::format_int digits(number);
  out.append(digits.data(), digits.size());
}

bool is_left_out(const Field& field) {
  const auto* text = std::get_if<std::string_view>(&field.value);
  return text != nullptr && text->empty();
}

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  escape(out, text, "\\\\x");
  out.push_back('"');
}

void append_json_field(std::string& out, const Field& field) {
  out.push_back(',');
  append_json_string(out, field.name);
  out.push_back(':');
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    append_number(out, *number);
  } else {
    append_json_string(out, std::get<std::string_view>(field.value));
  }
}

bool is_plain_word(std::string_view text) {
  return !text.empty() && text.size() <= kValueOctets &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != '='; });
}

void append_text_value(std::string& out, std::string_view text) {
  if (is_plain_word(text)) {
    out.append(text);
    return;
  }
  out.push_back('"');
  escape(out, text, "\\x");
  out.push_back('"');
}

}  // namespace

void append_json(std::string& out, const LineHead& head, std::initializer_list<Field> fields) {
  out.append("{\"time\":");
  append_json_string(out, head.time);
  out.append(",\"level\":");
  append_json_string(out, word_of(head.level));
  out.append(",\"message\":");
  append_json_string(out, head.message);
  for (const Field& field : fields) {
    if (!is_left_out(field)) append_json_field(out, field);
  }
  out.push_back('}');
}

void append_text(std::string& out, const LineHead& head, std::initializer_list<Field> fields) {
  fmt::format_to(std::back_inserter(out), "{} {:<7} ", head.time, word_of(head.level));
  escape(out, head.message, "\\x");
  for (const Field& field : fields) {
    if (is_left_out(field)) continue;
    out.push_back(' ');
    out.append(field.name);
    out.push_back('=');
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      append_number(out, *number);
    } else {
      append_text_value(out, std::get<std::string_view>(field.value));
    }
  }
}

std::string render_json(LogLevel level, std::string_view time, std::string_view message,
                        std::initializer_list<Field> fields) {
  std::string out;
  append_json(out, {level, time, message}, fields);
  return out;
}

std::string render_text(LogLevel level, std::string_view time, std::string_view message,
                        std::initializer_list<Field> fields) {
  std::string out;
  append_text(out, {level, time, message}, fields);
  return out;
}

}  // namespace postern
