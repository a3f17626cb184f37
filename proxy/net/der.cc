#include "proxy/net/der.h"

namespace postern::net {

std::uint8_t Der::next_tag() const {
  return ok_ && !rest_.empty() ? static_cast<std::uint8_t>(rest_.front()) : 0;
}

// Lengths as DER has them: definite, in as few octets as there need be; of at most 16 MiB.
ByteView Der::value() {
  ok_ = ok_ && rest_.size() >= 2;
  if (!ok_) return {};
  std::size_t length = static_cast<std::uint8_t>(rest_[1]);
  rest_.remove_prefix(2);
  if (length >= 0x80) {
    const std::size_t digits = length - 0x80;
    ok_ = digits >= 1 && digits <= 3 && digits <= rest_.size();
    if (!ok_) return {};
    length = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      length = length << 8 | static_cast<std::uint8_t>(rest_[i]);
    }
    rest_.remove_prefix(digits);
    ok_ = length >= 0x80 && length >> (8 * (digits - 1)) != 0;
  }
  ok_ = ok_ && length <= rest_.size();
  if (!ok_) return {};
  const ByteView content = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return content;
}

ByteView Der::take(std::uint8_t tag) {
  ok_ = ok_ && next_tag() == tag;
  return value();
}

std::optional<ByteView> Der::take_if(std::uint8_t tag) {
  if (next_tag() != tag) return std::nullopt;
  return value();
}

void Der::skip() { static_cast<void>(value()); }

}  // namespace postern::net
