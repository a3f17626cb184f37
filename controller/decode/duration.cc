#include "controller/decode/duration.h"

#include <algorithm>
#include <cstdint>

#include "common/base/ascii.h"

namespace postern::decode {

namespace {

constexpr std::size_t kMostDigits = 5;
constexpr int kMostParts = 4;

// Milliseconds of the unit that begins here, which is taken off; 0: none.
std::int64_t take_unit(std::string_view& text) {
  const auto take = [&](std::size_t letters, std::int64_t unit) {
    text.remove_prefix(letters);
    return unit;
  };
  if (text.starts_with("ms")) return take(2, 1);
  if (text.starts_with("s")) return take(1, 1000);
  if (text.starts_with("m")) return take(1, 60'000);
  if (text.starts_with("h")) return take(1, 3'600'000);
  return 0;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  std::int64_t sum = 0;
  for (int part = 0; part < kMostParts && !text.empty(); ++part) {
    std::size_t digits = 0;
    std::int64_t number = 0;
    while (digits < text.size() && digits < kMostDigits && is_digit(text[digits])) {
      number = number * 10 + (text[digits] - '0');
      ++digits;
    }
    text.remove_prefix(digits);
    const std::int64_t unit = digits == 0 ? 0 : take_unit(text);
    if (unit == 0) return std::nullopt;
    sum += number * unit;
    if (text.empty()) return Duration(sum);
  }
  return std::nullopt;
}

}  // namespace postern::decode
