// Base64 of `data` in Secrets (RFC 4648 §4): strict, padded, and blanks only where lines end.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::decode {

[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace postern::decode
