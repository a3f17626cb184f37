// The table of PROXY headers, good and bad, and what becomes of each when a trusted peer says it.
// The ids are those of security 2.7.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/proxy/session/balancer.h"

namespace postern::session::test {

using namespace std::string_literals;

enum class Fate : std::uint8_t {
  Said,    // the client is who the header says
  Itself,  // the client is the peer
  Closed,  // without an octet
  Waits,   // for more of it; closed without an octet when its time is over
};

struct Row {
  const char* name;
  std::string octets;
  Fate fate;
  std::string who = {};  // Said: when it is not kAsSaid
};

inline std::string v1(const std::string& rest) { return "PROXY " + rest + "\r\n"; }
inline std::string v2_tlvs(const std::string& tlvs) {
  return v2('\x21', '\x11', kAddresses4 + tlvs);
}
inline std::string told(const std::string& source, const std::string& destination) {
  return source + " via 10.9.0.1:40000 to " + destination;
}

inline std::string six(char family = '\x21') {
  std::string body(32, '\0');
  body[0] = body[16] = '\x20';
  body[1] = body[17] = '\x01';
  body[15] = 1;
  body[31] = 2;
  return v2('\x21', family, body + "\x00\x07\x03\xE1"s);
}

inline std::string with_crc(bool right) {
  std::string body = kAddresses4 + tlv(grammar::proxy_tlv::kCrc32c, std::string(4, '\0'));
  std::uint32_t crc = grammar::crc32c(v2('\x21', '\x11', body));
  if (!right) ++crc;
  for (std::size_t i = 0; i < 4; ++i) body[15 + i] = static_cast<char>(crc >> (24 - 8 * i));
  return v2('\x21', '\x11', body);
}

inline const std::vector<Row>& good_rows() {
  static const std::vector<Row> rows{
      {"v1 IPv4", kHeader1, Fate::Said},
      {"v1 IPv6", v1("TCP6 2001:db8::1 2001:db8::2 7 993"), Fate::Said,
       told("[2001:db8::1]:7", "[2001:db8::2]:993")},
      {"v1 mapped IPv4", v1("TCP6 ::ffff:192.0.2.1 ::1 7 993"), Fate::Said,
       told("192.0.2.1:7", "[::1]:993")},
      {"v1 ports at their ends", v1("TCP4 192.0.2.1 10.0.0.2 0 65535"), Fate::Said,
       told("192.0.2.1:0", "10.0.0.2:65535")},
      {"v1 the longest",
       v1("TCP6 " + "1111:2222:3333:4444:5555:6666:7777:8888"s +
          " aaaa:bbbb:cccc:dddd:eeee:ffff:1111:2222 65535 65535"),
       Fate::Said,
       told("[1111:2222:3333:4444:5555:6666:7777:8888]:65535",
            "[aaaa:bbbb:cccc:dddd:eeee:ffff:1111:2222]:65535")},
      {"v1 an address that is trusted itself", v1("TCP4 10.9.0.7 10.0.0.2 7 993"), Fate::Said,
       told("10.9.0.7:7", "10.0.0.2:993")},
      {"v1 loopback", v1("TCP4 127.0.0.1 127.0.0.1 7 993"), Fate::Said,
       told("127.0.0.1:7", "127.0.0.1:993")},
      {"PP8 v1 UNKNOWN", v1("UNKNOWN"), Fate::Itself},
      {"PP8 v1 UNKNOWN with addresses", v1("UNKNOWN 192.0.2.1 10.0.0.2 1 2"), Fate::Itself},
      {"PP4 v1 of 107 octets", v1("UNKNOWN " + std::string(91, 'x')), Fate::Itself},
      {"v2 IPv4", kHeader2, Fate::Said},
      {"PP9 v2 IPv6", six(), Fate::Said, told("[2001::1]:7", "[2001::2]:993")},
      {"v2 a right CRC", with_crc(true), Fate::Said},
      {"v2 NOOP", v2_tlvs(tlv(0x04, "") + tlv(0x04, std::string(300, 'x'))), Fate::Said},
      {"v2 ALPN and authority", v2_tlvs(tlv(0x01, "imap") + tlv(0x02, "mail.example")), Fate::Said},
      {"PP9 v2 an authority that is no text", v2_tlvs(tlv(0x02, "\xFF\xC0\r\n\0"s)), Fate::Said},
      {"v2 an empty authority", v2_tlvs(tlv(0x02, "")), Fate::Said},
      {"v2 a unique id", v2_tlvs(tlv(0x05, std::string(128, 'u'))), Fate::Said},
      {"v2 TLS facts", v2_tlvs(tlv(0x20, "\x01\0\0\0\0"s + tlv(0x21, "TLSv1.3"))), Fate::Said},
      {"v2 a TLV that nobody knows", v2_tlvs(tlv(0xEE, "?")), Fate::Said},
      {"PP7 v2 of 4096 octets", v2_tlvs(tlv(0xEE, std::string(4096 - 28 - 3, 'x'))), Fate::Said},
      {"PP8 v2 LOCAL", v2('\x20', '\x00', ""), Fate::Itself},
      {"PP8 v2 LOCAL with addresses", v2('\x20', '\x11', kAddresses4), Fate::Itself},
      {"PP8 v2 LOCAL with junk", v2('\x20', '\x7F', "junk\r\n"), Fate::Itself},
      {"PP8 v2 no family", v2('\x21', '\x00', ""), Fate::Itself},
  };
  return rows;
}

inline const std::vector<Row>& bad_v1_rows() {
  static const std::vector<Row> rows{
      {"PP1 a command", "a CAPABILITY\r\n", Fate::Closed},
      {"PP1 a ClientHello", "\x16\x03\x01\x02\x00\x01"s, Fate::Closed},
      {"PP1 HTTP", "GET / HTTP/1.1\r\n\r\n", Fate::Closed},
      {"PP1 a line end", "\r\n\r\n\r\n", Fate::Closed},
      {"PP1 a NUL", "\0"s, Fate::Closed},
      {"PP3 an octet of 999", v1("TCP4 999.1.1.1 10.0.0.2 1 2"), Fate::Closed},
      {"PP3 octal", v1("TCP4 0313.0.0161.7 10.0.0.2 1 2"), Fate::Closed},
      {"PP3 a leading zero", v1("TCP4 192.0.02.1 10.0.0.2 1 2"), Fate::Closed},
      {"PP3 port 65536", v1("TCP4 192.0.2.1 10.0.0.2 65536 2"), Fate::Closed},
      {"PP3 port -1", v1("TCP4 192.0.2.1 10.0.0.2 -1 2"), Fate::Closed},
      {"PP3 port 05555", v1("TCP4 192.0.2.1 10.0.0.2 05555 2"), Fate::Closed},
      {"PP3 port 0x10", v1("TCP4 192.0.2.1 10.0.0.2 0x10 2"), Fate::Closed},
      {"PP3 no port", v1("TCP4 192.0.2.1 10.0.0.2"), Fate::Closed},
      {"PP3 an empty port", v1("TCP4 192.0.2.1 10.0.0.2 1 "), Fate::Closed},
      {"PP3 an extra word", v1("TCP4 192.0.2.1 10.0.0.2 1 2 3"), Fate::Closed},
      {"PP3 a double space", v1("TCP4  192.0.2.1 10.0.0.2 1 2"), Fate::Closed},
      {"PP3 a tab", v1("TCP4\t192.0.2.1 10.0.0.2 1 2"), Fate::Closed},
      {"PP3 lower case", "proxy TCP4 192.0.2.1 10.0.0.2 1 2\r\n", Fate::Closed},
      {"PP3 a family in lower case", v1("tcp4 192.0.2.1 10.0.0.2 1 2"), Fate::Closed},
      {"PP3 IPv6 in TCP4", v1("TCP4 2001:db8::1 ::1 1 2"), Fate::Closed},
      {"PP3 IPv4 in TCP6", v1("TCP6 192.0.2.1 10.0.0.2 1 2"), Fate::Closed},
      {"PP3 one of each", v1("TCP6 2001:db8::1 10.0.0.2 1 2"), Fate::Closed},
      {"PP3 UDP4", v1("UDP4 192.0.2.1 10.0.0.2 1 2"), Fate::Closed},
      {"PP3 a zone", v1("TCP6 fe80::1%lo ::1 1 2"), Fate::Closed},
      {"PP3 a name", v1("TCP4 mail.example 10.0.0.2 1 2"), Fate::Closed},
      {"PP3 a NUL", v1("TCP4 192.0.2.1 10.0.0.2 1 2\0"s), Fate::Closed},
      {"PP3 LF alone", "PROXY TCP4 192.0.2.1 10.0.0.2 1 2\n", Fate::Closed},
      {"PP3 CR alone", "PROXY TCP4 192.0.2.1 10.0.0.2 1 2\rx", Fate::Closed},
      {"PP3 nothing behind PROXY", "PROXY\r\n", Fate::Closed},
      {"PP4 108 octets", "PROXY UNKNOWN " + std::string(94, 'x'), Fate::Closed},
      {"PP4 a line without an end", "PROXY " + std::string(3000, 'x'), Fate::Closed},
      {"half a line", "PROXY TCP4 192.0.2.1", Fate::Waits},
      {"one octet", "P", Fate::Waits},
      {"a CR that waits", "PROXY UNKNOWN\r", Fate::Waits},
  };
  return rows;
}

inline const std::vector<Row>& bad_v2_rows() {
  static const std::vector<Row> rows{
      {"PP5 version 1", v2('\x11', '\x11', kAddresses4), Fate::Closed},
      {"PP5 version 3", v2('\x31', '\x11', kAddresses4), Fate::Closed},
      {"PP5 command 2", v2('\x22', '\x11', kAddresses4), Fate::Closed},
      {"PP5 command F", v2('\x2F', '\x11', kAddresses4), Fate::Closed},
      {"PP5 no addresses", v2('\x21', '\x11', ""), Fate::Closed},
      {"PP5 IPv4 addresses for IPv6", v2('\x21', '\x21', kAddresses4), Fate::Closed},
      {"PP5 family 5", v2('\x21', '\x51', kAddresses4), Fate::Closed},
      {"PP5 a UNIX socket of 6 octets", v2('\x21', '\x31', "/tmp/x"), Fate::Closed},
      {"PP10 a UNIX path", v2('\x21', '\x31', "/x\r\n\0"s + std::string(211, '\0')), Fate::Closed},
      {"PP5 datagrams", v2('\x21', '\x12', kAddresses4), Fate::Closed},
      {"PP5 another signature", "\r\n\r\n\0\r\nQUIX\n\x21\x11"s, Fate::Closed},
      {"PP6 a TLV beyond the end", v2_tlvs("\x02\0\x09id"s), Fate::Closed},
      {"PP6 half a TLV", v2_tlvs("\x02\0"s), Fate::Closed},
      {"PP6 TLS facts of 2 octets", v2_tlvs(tlv(0x20, "\x01\0"s)), Fate::Closed},
      {"PP6 TLS facts cut off", v2_tlvs(tlv(0x20, "\x01\0\0\0\0\x21\0\x09x"s)), Fate::Closed},
      {"PP6 a wrong CRC", with_crc(false), Fate::Closed},
      {"PP6 a CRC of 2 octets", v2_tlvs(tlv(0x03, "12")), Fate::Closed},
      {"PP7 65535 octets and 20", v2('\x21', '\x11', std::string(65535, 'x')).substr(0, 36),
       Fate::Closed},
      {"PP7 4097 octets", v2_tlvs(tlv(0xEE, std::string(4096 - 28 - 2, 'x'))), Fate::Closed},
      {"PP7 4096 octets and 20", v2_tlvs(tlv(0xEE, std::string(4096 - 28 - 3, 'x'))).substr(0, 36),
       Fate::Waits},
      {"an octet too few", kHeader2.substr(0, kHeader2.size() - 1), Fate::Waits},
      {"the signature alone", std::string(grammar::kProxyV2Signature), Fate::Waits},
  };
  return rows;
}

inline std::vector<Row> all_rows() {
  std::vector<Row> rows = good_rows();
  rows.insert(rows.end(), bad_v1_rows().begin(), bad_v1_rows().end());
  rows.insert(rows.end(), bad_v2_rows().begin(), bad_v2_rows().end());
  return rows;
}

}  // namespace postern::session::test
