// The inside of a JSON string, octet by octet as it comes: escapes, surrogate pairs and UTF-8 are
// what RFC 8259 and RFC 3629 allow, or the string is refused. Keeps nothing of what it saw.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/bytes.h"

namespace postern::frames {

class StringScan {
 public:
  enum class Said : std::uint8_t { More, End, Bad };

  // Takes octets off the front, the closing quote included; begins anew after End.
  [[nodiscard]] Said next(ByteView& octets);

 private:
  enum class Due : std::uint8_t { Any, Continuation, Escape, Hex, LowSlash, LowU };

  [[nodiscard]] bool take(unsigned char octet);
  [[nodiscard]] bool take_any(unsigned char octet);
  [[nodiscard]] bool take_hex(unsigned char octet);
  [[nodiscard]] bool take_code();
  [[nodiscard]] bool begin_sequence(unsigned char octet);
  [[nodiscard]] bool continue_sequence(unsigned char octet);

  Due due_ = Due::Any;
  std::uint8_t left_ = 0;  // octets of a sequence, digits of a code
  unsigned char least_ = 0x80;
  unsigned char most_ = 0xBF;
  bool low_due_ = false;  // the code must be the second half of a surrogate pair
  std::uint16_t code_ = 0;
};

// What a string means: `raw` is what stood between its quotes and was scanned.
[[nodiscard]] std::string unescaped(ByteView raw);

}  // namespace postern::frames
