// RequestText: the lines of an HTTP request as octets, and what both styles of auth services write
// in the same way. A control octet never reaches a header: it is escaped, or the question is not
// asked (security IN1). The first fault stays, and nothing is added after it. The octets hold
// passwords: a Buffer wipes them as they are sent.
// Made for one request. Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/mail.h"
#include "common/base/result.h"
#include "common/config/provider.h"
#include "proxy/net/ready_provider.h"

namespace postern::auth {

// A name and a token of the longest kinds, all escaped, take 31 KiB; then a certificate and own
// headers. More is a mistake or an attack.
inline constexpr std::size_t kRequestOctets = std::size_t{64} << 10;

class RequestText {
 public:
  void first_line(std::string_view method, std::string_view target, std::string_view version);
  void line(std::string_view name, ByteView value);
  void line_unless_empty(std::string_view name, ByteView value);
  // As nginx escapes names, passwords and certificates; and DEL, which nginx sends as it is.
  void escaped_line(std::string_view name, ByteView value);
  // Those of the manifest, as they are written there; null: none.
  void own_lines(const std::vector<net::ProviderHeader>* headers);
  void put(ByteView octets);
  void refuse(std::string why);
  // It is used up.
  [[nodiscard]] Result<Buffer, std::string> finish();

 private:
  void escape(ByteView value);

  Buffer out_{kRequestOctets};
  std::string fault_;
};

enum class Port : std::uint8_t { Named, Omitted };
// The value of Host: without the port where it is the scheme's own, or is to be left out.
[[nodiscard]] std::string authority_of(const config::HttpService& service, Port port);

// What services call a protocol: "imap", "pop3", "smtp", "lmtp", "sieve".
[[nodiscard]] std::string_view protocol_word(Protocol protocol);

}  // namespace postern::auth
