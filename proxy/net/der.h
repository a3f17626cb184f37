// Der: the next value of an encoding (X.690), and the next; nothing is copied. For looking at what
// OpenSSL will read in full before it is used. Once something is not as expected, nothing more is
// given. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "common/base/bytes.h"

namespace postern::net {

namespace der_tag {
inline constexpr std::uint8_t kInteger = 0x02;
inline constexpr std::uint8_t kBits = 0x03;
inline constexpr std::uint8_t kOctets = 0x04;
inline constexpr std::uint8_t kIdentifier = 0x06;
inline constexpr std::uint8_t kUtcTime = 0x17;
inline constexpr std::uint8_t kSequence = 0x30;
inline constexpr std::uint8_t kFirst = 0xA0;  // [0], [1] … of a sequence
}  // namespace der_tag

class Der {
 public:
  explicit Der(ByteView octets) : rest_(octets) {}

  // The content of the next value, which has this tag.
  [[nodiscard]] ByteView take(std::uint8_t tag);
  // The same where it may be left out; nothing: it is.
  [[nodiscard]] std::optional<ByteView> take_if(std::uint8_t tag);
  // Whatever comes next.
  void skip();
  [[nodiscard]] std::uint8_t next_tag() const;
  [[nodiscard]] bool ended() const { return ok_ && rest_.empty(); }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  [[nodiscard]] ByteView value();

  ByteView rest_;
  bool ok_ = true;
};

}  // namespace postern::net
