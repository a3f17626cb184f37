#include "common/wire/decoding.h"

#include <fmt/format.h>

namespace postern::wire {

std::string FieldPath::text() const {
  std::string whole = parent ? parent->text() : "";
  if (!whole.empty()) whole += '.';
  whole += name;
  if (index >= 0) whole += fmt::format("[{}]", index);
  return whole;
}

void Decoding::refuse_choice(int number, const FieldPath& field) {
  if (number == 0) {
    refuse(field, "is not set");
  } else {
    refuse(field, fmt::format("this build does not know the value {}", number),
           DecodeFailure::Unsupported);
  }
}

std::uint16_t Decoding::port(std::uint32_t number, const FieldPath& field) {
  if (number < 1 || number > 65535) refuse(field, fmt::format("{} is not a port", number));
  return static_cast<std::uint16_t>(number);
}

std::uint32_t within(std::uint32_t number, std::uint32_t least, std::uint32_t most,
                     const FieldPath& field, Decoding& decoding) {
  if (number < least || number > most) {
    decoding.refuse(field, fmt::format("{} is not from {} to {}", number, least, most));
  }
  return number;
}

}  // namespace postern::wire
