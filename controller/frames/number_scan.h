// A JSON number, octet by octet as it comes (RFC 8259 section 6).
#pragma once

#include <cstdint>

namespace postern::frames {

class NumberScan {
 public:
  // The first octet of a value; false: that is no number.
  [[nodiscard]] bool begin(char first);
  // False: the octet is not part of the number, which ends before it.
  [[nodiscard]] bool take(char next);
  // What was taken so far is a number.
  [[nodiscard]] bool whole() const;

 private:
  enum class Seen : std::uint8_t {
    Minus,
    Zero,
    Digits,
    Point,
    Fraction,
    Exponent,
    ExponentSign,
    ExponentDigits
  };

  [[nodiscard]] bool to(bool allowed, Seen seen);

  Seen seen_ = Seen::Minus;
};

}  // namespace postern::frames
