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

TEST(ProxyV1, refuses_what_is_not_its_grammar) {  // PP3
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
      "PROXY TCP4 192.0.2.1 ::1 1 2\r\n",
      "PROXY TCP6 ::1 10.0.0.2 1 2\r\n",
      "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n",
      "PROXY TCP6 [::1] [::1] 1 2\r\n",
      "PROXY TCP4 192.0.2.1/32 10.0.0.2 1 2\r\n",
      "PROXY TCP4 192.0.2 10.0.0.2 1 2\r\n",
      "PROXY TCP4 mail.example 10.0.0.2 1 2\r\n",
      "PROXY TCP4 192.0.2.1 10.0.0.2 +1 2\r\n",
      "PROXY TCP4 192.0.2.1 10.0.0.2 1 99999999999999999999\r\n",
      "PROXY\tTCP4 192.0.2.1 10.0.0.2 1 2\r\n",
      " PROXY TCP4 192.0.2.1 10.0.0.2 1 2\r\n",
      "PROXY TCP4 192.0.2.1 10.0.0.2 1 2\n",
      "PROXY TCP4 192.0.2.1 10.0.0.2 1 2\rx",
      "PROXY  TCP4 192.0.2.1 10.0.0.2 1 2\r\n",
      "PROXY\r\n",
      "GET / HTTP/1.1\r\n",
      "a1 LOGIN u p\r\n",
  };
  for (const char* const row : rows) expect(row, "malformed", row);
  expect("PROXY TCP4 192.0.2.1 10.0.0.2 1 2\0\r\n"s, "malformed", "a NUL");
}

TEST(ProxyV1, gives_up_at_107_octets) {  // PP4
  expect("PROXY UNKNOWN " + std::string(93, 'x'), "malformed", "107 octets without an end");
  expect("PROXY UNKNOWN " + std::string(92, 'x'), "more", "106 octets without an end");
  expect("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n", "none /107",
         "107 octets with their end");
  expect("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n", "malformed", "108 octets");
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

TEST(ProxyV2, refuses_what_does_not_hold_together) {  // PP5, PP7, PP10
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
  refuse(v2('\x21', '\x31', "/run/x\r\nPROXY\0"s + std::string(202, '\0')), "a path with CRLF");
  refuse(v2('\x21', '\x01', ""), "a transport without a family");
  refuse(v2('\x21', '\x11', ""), "no addresses");
  refuse(v2('\x21', '\x11', kBody4.substr(1)), "eleven octets of addresses");
  refuse(v2('\x21', '\x21', kBody4), "IPv4 addresses for IPv6");
  refuse("\r\n\r\n\0\r\nQUIX\n"s, "a wrong signature");
  refuse(std::string(kProxyV2Signature) + "\x21\x11\xFF\xFF"s, "a length of 65535");
}

std::string tlv(int type, const std::string& value) {
  std::string out(1, static_cast<char>(type));
  out += {static_cast<char>(value.size() >> 8U), static_cast<char>(value.size())};
  return out + value;
}
const std::string kVerified = "\x01\0\0\0\0"s;  // by TLS

TEST(ProxyV2, tlvs_end_where_the_header_ends) {  // PP6
  const auto refuse = [](const std::string& tlvs, const char* sentence) {
    expect(v2('\x21', '\x11', kBody4 + tlvs), "malformed", sentence);
    // What is behind the header is never taken for the rest of a TLV.
    expect(v2('\x21', '\x11', kBody4 + tlvs) + std::string(300, '\0'), "malformed", sentence);
  };
  for (const int type : {0x01, 0x02, 0x03, 0x04, 0x05, 0x20, 0x30, 0xE0, 0xFF}) {
    const std::string t(1, static_cast<char>(type));
    refuse(t, "a type alone");
    refuse(t + "\0"s, "half a length");
    refuse(t + "\0\x01"s, "one octet is missing");
    refuse(t + "\xFF\xFFid"s, "65535 octets in a short header");
    refuse(tlv(proxy_tlv::kNoop, "") + t + "\0\x09id"s, "beyond the header, behind another");
  }
  refuse(tlv(proxy_tlv::kCrc32c, "\x01\0"s), "a CRC of two octets");
  refuse(tlv(proxy_tlv::kCrc32c, "12345"), "a CRC of five octets");
  refuse(tlv(proxy_tlv::kCrc32c, "\x01\x02\x03\x04"), "a wrong CRC");
  refuse(tlv(proxy_tlv::kUniqueId, std::string(129, 'u')), "a long unique id");
}

TEST(ProxyV2, tls_facts_hold_together_within_their_own_tlv) {  // PP6
  const auto refuse = [](const std::string& value, const char* sentence) {
    expect(v2('\x21', '\x11', kBody4 + tlv(proxy_tlv::kSsl, value)), "malformed", sentence);
  };
  refuse("", "none");
  refuse("\x01\0"s, "two octets");
  refuse(kVerified.substr(1), "four octets");
  refuse(kVerified + "\x21", "half a version");
  refuse(kVerified + "\x21\0\x09TLSv1.3"s, "a version beyond the TLV");
  refuse(kVerified + tlv(0x21, "TLSv1.3") + "\x22\0"s, "half a name behind a version");
  expect(v2('\x21', '\x11', kBody4 + tlv(proxy_tlv::kSsl, kVerified) + tlv(0x20, kVerified)),
         "malformed", "twice");
}

TEST(ProxyV2, tells_of_tls_only_when_the_client_had_it) {
  const auto told = [](const std::string& value) {
    return client_tls(ProxyHeader{std::nullopt, {{proxy_tlv::kSsl, value}}});
  };
  EXPECT_EQ(told(kVerified + tlv(0x22, "alice") + tlv(0x21, "TLSv1.3") + tlv(0x23, "SUITE")),
            (ProxyTls{"TLSv1.3", "SUITE"}));
  EXPECT_EQ(told(kVerified), ProxyTls{});
  EXPECT_EQ(told("\x01\0\0\0\x01"s), ProxyTls{});  // TLS without a certificate
  EXPECT_EQ(told("\0\0\0\0\0"s), std::nullopt);
  EXPECT_EQ(told("\x06\0\0\0\0"s), std::nullopt);  // a certificate, and no TLS
  EXPECT_EQ(told("\x01"), std::nullopt);
  EXPECT_EQ(client_tls(ProxyHeader{std::nullopt, {{proxy_tlv::kAuthority, kVerified}}}),
            std::nullopt);
  EXPECT_EQ(client_tls(ProxyHeader{}), std::nullopt);
}

TEST(ProxyV2, a_right_crc_is_taken_wherever_it_stands) {
  std::string body = kBody4 + tlv(proxy_tlv::kCrc32c, std::string(4, '\0')) + tlv(0xE0, "x");
  const std::uint32_t crc = crc32c(v2('\x21', '\x11', body));
  for (std::size_t i = 0; i < 4; ++i) {
    body[kBody4.size() + 3 + i] = static_cast<char>(crc >> (24 - 8 * i));
  }
  expect(v2('\x21', '\x11', body), kText4 + " 224=x /39", "in the middle");
  const std::string twice = body + body.substr(kBody4.size(), 7);
  expect(v2('\x21', '\x11', twice), "malformed", "twice");
}

TEST(ProxyProtocol, says_how_long_a_header_can_still_be) {  // PP7
  const std::string beginning = std::string(kProxyV2Signature) + "\x21\x11";
  EXPECT_EQ(longest_proxy_header(""), 107U);
  EXPECT_EQ(longest_proxy_header("PROXY "), 107U);
  EXPECT_EQ(longest_proxy_header("\r"), 16U);
  EXPECT_EQ(longest_proxy_header(beginning + "\x0F"s), 16U);
  EXPECT_EQ(longest_proxy_header(beginning + "\0\x0C"s), 28U);
  EXPECT_EQ(longest_proxy_header(beginning + "\x0F\xF0 and more"s), 4096U);
  EXPECT_EQ(longest_proxy_header(beginning + "\xFF\xFF"s), 4096U);
  expect(beginning + "\x0F\xF0"s + std::string(4079, '\0'), "more", "an octet less than 4096");
  expect(beginning + "\x0F\xF1"s, "malformed", "4097 octets");
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
      {ProxyAddresses{{at("192.0.2.1:7")}, {at("[::1]:993")}}, {}},  // BUG-10, both ways
      {ProxyAddresses{{at("[2001:db8::1]:7")}, {at("10.0.0.2:993")}}, {}},
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
