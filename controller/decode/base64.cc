#include "controller/decode/base64.h"

#include <cstdint>

#include "common/base/ascii.h"

namespace postern::decode {

namespace {

int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (is_digit(c)) return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  std::string out;
  // Reserved whole, so that no half of a key stays behind in memory that was outgrown.
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  int held = 0;
  int padding = 0;
  std::size_t letters = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r') continue;
    ++letters;
    if (c == '=') {
      if (++padding > 2) return std::nullopt;
      continue;
    }
    const int value = value_of(c);
    if (value < 0 || padding > 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out.push_back(static_cast<char>(bits >> held & 0xFFU));
    }
  }
  const bool rest_is_zero = (bits & ((1U << held) - 1U)) == 0;
  if (letters % 4 != 0 || held != padding * 2 || !rest_is_zero) return std::nullopt;
  return out;
}

}  // namespace postern::decode
