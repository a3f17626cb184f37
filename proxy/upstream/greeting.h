// Greeting: whether what a backend says first is the greeting of its protocol, so that a check can
// tell a mail server from whatever else took the port. Knows no more of protocols than that. Pure.
// RFC 9051 §7.1, RFC 1939 §4, RFC 5321 §4.2, RFC 5804 §1.5.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/base/bytes.h"
#include "common/base/mail.h"

namespace postern::upstream {

// Security BE1: a greeting that does not end before this is none.
inline constexpr std::size_t kGreetingOctets = 8192;

enum class Greeting : std::uint8_t {
  NotYet,  // more octets, please
  Ready,
  Refusing,  // of the protocol, and it says that nobody is served now
  None,      // of no such protocol
};
[[nodiscard]] Greeting greeting_of(Protocol protocol, ByteView octets);

}  // namespace postern::upstream
