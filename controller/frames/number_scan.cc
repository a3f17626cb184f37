#include "controller/frames/number_scan.h"

#include "common/base/ascii.h"

namespace postern::frames {

bool NumberScan::begin(char first) {
  if (first == '-') return to(true, Seen::Minus);
  return to(is_digit(first), first == '0' ? Seen::Zero : Seen::Digits);
}

bool NumberScan::take(char next) {
  const bool digit = is_digit(next);
  switch (seen_) {
    case Seen::Minus: return to(digit, next == '0' ? Seen::Zero : Seen::Digits);
    case Seen::Digits:
      if (digit) return true;
      [[fallthrough]];
    case Seen::Zero:
      if (next == '.') return to(true, Seen::Point);
      return to(next == 'e' || next == 'E', Seen::Exponent);
    case Seen::Point: return to(digit, Seen::Fraction);
    case Seen::Fraction: return digit || to(next == 'e' || next == 'E', Seen::Exponent);
    case Seen::Exponent:
      if (next == '+' || next == '-') return to(true, Seen::ExponentSign);
      [[fallthrough]];
    case Seen::ExponentSign: return to(digit, Seen::ExponentDigits);
    case Seen::ExponentDigits: return digit;
  }
  return false;
}

bool NumberScan::whole() const {
  return seen_ == Seen::Zero || seen_ == Seen::Digits || seen_ == Seen::Fraction ||
         seen_ == Seen::ExponentDigits;
}

bool NumberScan::to(bool allowed, Seen seen) {
  if (allowed) seen_ = seen;
  return allowed;
}

}  // namespace postern::frames
