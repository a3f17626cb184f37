// Packed: texts and numbers in a row of octets, each text behind its length: what is kept ten
// thousand times and seldom looked at takes one block instead of many. Only memory has this form,
// no file and no message. Pure; what is read was written here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::packed {

// Seven bits an octet, the lowest first.
inline void put_number(std::uint64_t number, std::string& to) {
  for (; number > 0x7F; number >>= 7) to.push_back(static_cast<char>(0x80 | (number & 0x7F)));
  to.push_back(static_cast<char>(number));
}

[[nodiscard]] inline std::uint64_t take_number(std::string_view& from) {
  std::uint64_t number = 0;
  for (int shift = 0; !from.empty(); shift += 7) {
    const auto octet = static_cast<unsigned char>(from.front());
    from.remove_prefix(1);
    number |= std::uint64_t{octet & 0x7FU} << shift;
    if (octet < 0x80) break;
  }
  return number;
}

inline void put_text(std::string_view text, std::string& to) {
  put_number(text.size(), to);
  to += text;
}

[[nodiscard]] inline std::string_view take_text(std::string_view& from) {
  const auto size = static_cast<std::size_t>(take_number(from));
  const std::string_view text = from.substr(0, size);
  from.remove_prefix(text.size());
  return text;
}

}  // namespace postern::packed
