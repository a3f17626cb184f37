// The header of the PROXY protocol, versions 1 and 2, both ways. Read exactly or not at all:
// whoever may send it decides who the client is (security 2.7). What follows the header is never
// looked at. Called by session: for clients behind load balancers, and towards backends.
// https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt, sections 2.1 and 2.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/address.h"
#include "common/base/bytes.h"
#include "proxy/grammar/parse.h"

namespace postern::grammar {

// A version 1 header has 107 octets at most, CRLF included; of version 2 we take as many as
// security R3 allows.
inline constexpr std::size_t kProxyV1Octets = 107;
inline constexpr std::size_t kProxyV2Octets = 4096;

namespace proxy_tlv {
inline constexpr std::uint8_t kAlpn = 0x01;
inline constexpr std::uint8_t kAuthority = 0x02;
inline constexpr std::uint8_t kCrc32c = 0x03;
inline constexpr std::uint8_t kNoop = 0x04;
inline constexpr std::uint8_t kUniqueId = 0x05;
inline constexpr std::uint8_t kSsl = 0x20;
}  // namespace proxy_tlv

struct ProxyTlv {
  std::uint8_t type = 0;
  std::string value;
  friend bool operator==(const ProxyTlv&, const ProxyTlv&) = default;
};

struct ProxyAddresses {
  ClientAddress source;
  ServerAddress destination;
  friend bool operator==(const ProxyAddresses&, const ProxyAddresses&) = default;
};

struct ProxyHeader {
  // None for UNKNOWN and LOCAL: the connection's own addresses hold.
  std::optional<ProxyAddresses> addresses;
  std::vector<ProxyTlv> tlvs;  // of version 2, without CRC32C and NOOP, in their order
  friend bool operator==(const ProxyHeader&, const ProxyHeader&) = default;
};

// Either version. Malformed as soon as no header can come of it.
[[nodiscard]] Parse<ProxyHeader> parse_proxy_header(ByteView octets);
// How long the header can be at most, as far as its beginning tells: memory for more is not needed,
// and octets behind that are somebody else's.
[[nodiscard]] std::size_t longest_proxy_header(ByteView beginning);

// TLS between the client and the sender of the header, as that one tells. Words are as they came.
struct ProxyTls {
  std::string version;  // "TLSv1.3"; may be empty
  std::string suite;
  friend bool operator==(const ProxyTls&, const ProxyTls&) = default;
};
// Nothing: the client spoke in clear, or the header does not say.
[[nodiscard]] std::optional<ProxyTls> client_tls(const ProxyHeader& header);

[[nodiscard]] std::string encode_proxy_v1(const ProxyHeader& header);
// With a CRC32C over the whole. Both addresses must be of one family; if they are not, IPv4 is
// written as mapped IPv6.
[[nodiscard]] std::string encode_proxy_v2(const ProxyHeader& header);

// Castagnoli's CRC, as TLV 0x03 wants it.
[[nodiscard]] std::uint32_t crc32c(ByteView octets, std::uint32_t before = 0);

}  // namespace postern::grammar
