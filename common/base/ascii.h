// Letters and digits of ASCII, and foreign text made fit for a log line. No locale anywhere.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postern {

[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
[[nodiscard]] constexpr bool is_punctuation(char c) {
  return c > 0x20 && c < 0x7F && !is_digit(c) && !is_letter(c);
}
// 0x00–0x1F and 0x7F: never in a name or a password.
[[nodiscard]] constexpr bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}
[[nodiscard]] constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] constexpr char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);
[[nodiscard]] bool starts_with_ignoring_case(std::string_view text, std::string_view start);
[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] std::string upper(std::string_view text);
[[nodiscard]] bool has_control(std::string_view text);
[[nodiscard]] bool is_ascii(std::string_view text);
// Well-formed UTF-8: no overlong forms, no surrogates, at most U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);

// Foreign text for people: control octets, backslash and octets above 0x7E as \xNN, cut to `most`
// octets of the source with "…" behind.
[[nodiscard]] std::string printable(std::string_view text, std::size_t most = 256);

}  // namespace postern
