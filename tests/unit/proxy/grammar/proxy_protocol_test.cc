#include "proxy/grammar/proxy_protocol.h"

#include <gtest/gtest.h>

#include <string>

#include "proxy/grammar/proxy_protocol_v2.h"
#include "tests/support/fragmenter.h"

namespace postern::grammar {
namespace {

using namespace std::string_literals;

std::string text_of(const Parse<ProxyHeader>& parse) {
  if (std::holds_alternative<NeedMore>(parse)) return "more";
  if (std::holds_alternative<Malformed>(parse)) return "malformed";
  const auto& [header, consumed] = std::get<Done<ProxyHeader>>(parse);
  std::string out = "none";
  if (header.addresses) {
    out = header.addresses->source.text() + " > " + header.addresses->destination.text();
  }
  for (const ProxyTlv& tlv : header.tlvs) out += " " + std::to_string(tlv.type) + "=" + tlv.value;
  return out + " /" + std::to_string(consumed);
}

// At every fragment size, and with the client's own octets behind it.
void expect(const std::string& octets, const std::string& result, const char* sentence) {
  for (const std::size_t size : test::kFragmentSizes) {
    EXPECT_EQ(text_of(test::parse_in_fragments(octets, size, parse_proxy_header)), result)
        << sentence << ", fragments of " << size;
  }
}

std::string v2(char command, char family, const std::string& body) {
  std::string out(kProxyV2Signature);
  out += {command, family, static_cast<char>(body.size() >> 8U), static_cast<char>(body.size())};
  return out + body;
}

const std::string kBody4 = "\xC0\x00\x02\x01\x0A\x00\x00\x02\xC3\x50\x03\xE1"s;
const std::string kText4 = "192.0.2.1:50000 > 10.0.0.2:993";

TEST(ProxyV1, takes_its_exact_grammar) {
  expect("PROXY TCP4 192.0.2.1 10.0.0.2 50000 993\r\n", kText4 + " /41", "IPv4");
  expect("PROXY TCP4 192.0.2.1 10.0.0.2 50000 993\r\na1 NOOP\r\n", kText4 + " /41", "data behind");
  expect("PROXY TCP6 2001:db8::1 ::1 65535 0\r\n", "[2001:db8::1]:65535 > [::1]:0 /36", "IPv6");
  expect("PROXY UNKNOWN\r\n", "none /15", "UNKNOWN");
  expect("PROXY UNKNOWN ffff::1 what ever\r\n", "none /33", "UNKNOWN with words");
  expect("PROXY TCP4 192.0.2.1", "more", "half");
}

TEST(ProxyV1, refuses_what_is_not_its_grammar) {
  const char* const rows[] = {
      "PROXY TCP4 999.1.1.1 10.0.0.2 1 2\r\n",
      "PROXY TCP4 0313.0.0161.7 10.0.0.2 1 2\r\n",
      "PROXY TCP4 192.0.2.1 10.0.0.2 65536 2\r\n",
      "PROXY TCP4 192.0.2.1 10.0.0.2 -1 2\r\n",
      "PROXY TCP4 192.0.2.1 10.0.0.2 05555 2\r\n",
      "PROXY TCP4 192.0.2.1 10.0.0.2 0x10 2\r\n",
      "PROXY TCP4 192.0.2.1 10.0.0.2 1 2 3\r\n",
      "PROXY TCP4 192.0.2.1 10.0.0.2 1 2 \r\n",
      "PROXY TCP4 192.0.2.1 10.0.0.2 1\r\n",
      "PROXY TCP4  192.0.2.1 10.0.0.2 1 2\r\n",
      "PROXY TCP4 192.0.2.1  10.0.0.2 1 2\r\n",
      "proxy TCP4 192.0.2.1 10.0.0.2 1 2\r\n",
      "PROXY tcp4 192.0.2.1 10.0.0.2 1 2\r\n",
      "PROXY TCP4 2001:db8::1 ::1 1 2\r\n",
      "PROXY TCP6 192.0.2.1 10.0.0.2 1 2\r\n",
      "PROXY TCP5 192.0.2.1 10.0.0.2 1 2\r\n",
      "PROXY UNKNOWNX\r\n",
      "PROXY TCP4 192.0.2.1 10.0.0.2 1 2\n",
      "PROXY TCP4 192.0.2.1 10.0.0.2 1 2\rx",
      "PROXY  TCP4 192.0.2.1 10.0.0.2 1 2\r\n",
      "PROXY\r\n",
      "GET / HTTP/1.1\r\n",
      "a1 LOGIN u p\r\n",
  };
  for (const char* const row : rows) expect(row, "malformed", row);
  expect("PROXY TCP4 192.0.2.1 10.0.0.2 1 2\0\r\n"s, "malformed", "a NUL");
  expect("PROXY UNKNOWN " + std::string(93, 'x'), "malformed", "107 octets without an end");
}

TEST(ProxyV2, takes_tcp_over_both_families) {
  expect(v2('\x21', '\x11', kBody4), kText4 + " /28", "IPv4");
  expect(v2('\x21', '\x11', kBody4) + "a1 NOOP\r\n", kText4 + " /28", "data behind");
  std::string six(32, '\0');
  six[15] = six[31] = 1;
  expect(v2('\x21', '\x21', six + "\x00\x01\x00\x02"s), "[::1]:1 > [::1]:2 /52", "IPv6");
  expect(v2('\x21', '\x00', ""), "none /16", "no family");
  expect(v2('\x20', '\x00', ""), "none /16", "LOCAL");
  expect(v2('\x20', '\x11', kBody4 + "junk"), "none /32", "LOCAL's octets are discarded");
  expect(v2('\x21', '\x11', kBody4).substr(0, 27), "more", "an octet too few");
  expect(v2('\x21', '\x11', kBody4 + "\x05\x00\x02id\x04\x00\x01x\xE0\x00\x00"s),
         kText4 + " 5=id 224= /40", "TLVs without NOOP");
}

TEST(ProxyV2, refuses_what_does_not_hold_together) {
  const auto refuse = [](const std::string& octets, const char* sentence) {
    expect(octets, "malformed", sentence);
  };
  refuse(v2('\x11', '\x11', kBody4), "version 1");
  refuse(v2('\x31', '\x11', kBody4), "version 3");
  refuse(v2('\x22', '\x11', kBody4), "command 2");
  refuse(v2('\x2F', '\x11', kBody4), "command F");
  refuse(v2('\x21', '\x51', kBody4), "family 5");
  refuse(v2('\x21', '\x12', kBody4), "datagrams");
  refuse(v2('\x21', '\x31', std::string(216, '\0')), "UNIX sockets");
  refuse(v2('\x21', '\x31', "sixsix"), "UNIX sockets, cut off");
  refuse(v2('\x21', '\x11', ""), "no addresses");
  refuse(v2('\x21', '\x21', kBody4), "IPv4 addresses for IPv6");
  refuse(v2('\x21', '\x11', kBody4 + "\x05\x00\x09id"s), "a TLV beyond the header");
  refuse(v2('\x21', '\x11', kBody4 + "\x05\x00"s), "half a TLV");
  refuse(v2('\x21', '\x11', kBody4 + "\x20\x00\x02\x01\x00"s), "a TLS TLV of two octets");
  refuse(v2('\x21', '\x11', kBody4 + "\x03\x00\x02\x01\x00"s), "a CRC of two octets");
  refuse(v2('\x21', '\x11', kBody4 + "\x03\x00\x04\x01\x02\x03\x04"s), "a wrong CRC");
  refuse(v2('\x21', '\x11', kBody4 + "\x05\x00\x81"s + std::string(129, 'u')), "a long unique id");
  refuse("\r\n\r\n\0\r\nQUIX\n"s, "a wrong signature");
  refuse(std::string(kProxyV2Signature) + "\x21\x11\xFF\xFF"s, "a length of 65535");
}

TEST(ProxyProtocol, crc32c_gives_the_published_value) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c("6789", crc32c("12345")), 0xE3069283U);
  EXPECT_EQ(crc32c(""), 0U);
}

TEST(ProxyProtocol, reads_what_it_writes) {
  const auto at = [](const char* text) { return *SocketAddress::parse(text); };
  const ProxyHeader headers[] = {
      {ProxyAddresses{{at("192.0.2.1:50000")}, {at("10.0.0.2:993")}}, {}},
      {ProxyAddresses{{at("[2001:db8::1]:1")}, {at("[::1]:65535")}}, {}},
      {ProxyAddresses{{at("192.0.2.1:7")}, {at("[::1]:993")}}, {}},
      {std::nullopt, {}},
  };
  for (ProxyHeader header : headers) {
    const auto one = parse_proxy_header(encode_proxy_v1(header));
    EXPECT_EQ(std::get<Done<ProxyHeader>>(one).value, header);
    header.tlvs = {{proxy_tlv::kUniqueId, "session\0 id"s}, {0xE0, ""}};
    const std::string octets = encode_proxy_v2(header);
    for (const std::size_t size : test::kFragmentSizes) {
      const auto two = test::parse_in_fragments(octets, size, parse_proxy_header);
      EXPECT_EQ(std::get<Done<ProxyHeader>>(two).value, header);
      EXPECT_EQ(std::get<Done<ProxyHeader>>(two).consumed, octets.size());
    }
  }
}

TEST(ProxyProtocol, sees_every_changed_octet_by_its_crc) {
  ProxyHeader header{ProxyAddresses{}, {{proxy_tlv::kUniqueId, "id"}}};
  const std::string octets = encode_proxy_v2(header);
  for (std::size_t i = 16; i < octets.size() - 4; ++i) {
    std::string changed = octets;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto parsed = parse_proxy_header(changed);
    const auto* const done = std::get_if<Done<ProxyHeader>>(&parsed);
    // A change that turns the CRC's own type or length into something else is no CRC any more.
    EXPECT_FALSE(done && done->value == header) << i;
  }
}

}  // namespace
}  // namespace postern::grammar
