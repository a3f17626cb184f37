// The fields of an auth_http answer, each found or not, and what its octets may be. For the judge
// of answers only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/address.h"
#include "common/base/result.h"
#include "common/config/provider.h"
#include "proxy/auth/http_response.h"

namespace postern::auth {

enum class AuthField : std::uint8_t { Server, Port, User, Pass, Wait, ErrorCode, ErrorSasl };
inline constexpr std::size_t kAuthFields = 7;
[[nodiscard]] std::string_view name_of(AuthField field);

struct AuthHttpFields {
  std::vector<ByteView> statuses;  // Auth-Status, in their order
  std::array<std::optional<ByteView>, kAuthFields> values;

  [[nodiscard]] const std::optional<ByteView>& operator[](AuthField field) const {
    return values[static_cast<std::size_t>(field)];
  }
};

// Unknown fields are passed over. A field that is there twice: strictly a fault; as nginx, the last
// one counts.
[[nodiscard]] Result<AuthHttpFields, std::string> auth_http_fields(const HttpResponse& response,
                                                                   config::Strictness strictness);

// Decimal digits, and nothing else; more than nine of them are a very large number.
[[nodiscard]] std::optional<std::uint32_t> decimal(ByteView text);
// A literal and a port of 1 to 65535.
[[nodiscard]] Result<ServerAddress, std::string> backend_address(ByteView ip, ByteView port);
// "535" or "535 5.7.8": 4xx or 5xx, the enhanced code of the same class (RFC 3463 §2).
[[nodiscard]] bool is_reply_code(ByteView text);
// What a client may be told word for word, else empty: text, not long, no control octets, and no
// response code that would make clients do or show more than a refusal does (security AU6).
[[nodiscard]] std::string refusal_text(ByteView text);

}  // namespace postern::auth
