#include "proxy/grammar/proxy_protocol.h"

#include <array>
#include <string_view>

#include "common/base/check.h"
#include "proxy/grammar/proxy_protocol_v1.h"
#include "proxy/grammar/proxy_protocol_v2.h"

namespace postern::grammar {

namespace {

constexpr std::string_view kV1Beginning = "PROXY ";
constexpr std::size_t kCrcTlvOctets = 7;

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? crc >> 1U ^ 0x82F63B78U : crc >> 1U;
    table[i] = crc;
  }
  return table;
}
constexpr auto kCrcTable = crc_table();

bool is_v4(const SocketAddress& address) { return address.ip.family() == IpAddress::Family::V4; }
bool both_v4(const ProxyAddresses& addresses) {
  return is_v4(addresses.source) && is_v4(addresses.destination);
}

std::string v1_ip(const IpAddress& ip, bool v4) {
  const bool mapped = !v4 && ip.family() == IpAddress::Family::V4;
  return mapped ? "::ffff:" + ip.text() : ip.text();
}

void append_16(std::string& out, std::size_t value) {
  out.push_back(static_cast<char>(value >> 8U & 0xFFU));
  out.push_back(static_cast<char>(value & 0xFFU));
}

void append_ip(std::string& out, const IpAddress& ip, bool v4) {
  for (std::size_t i = v4 ? 12 : 0; i < 16; ++i) out.push_back(static_cast<char>(ip.octets()[i]));
}

std::string v2_body(const ProxyHeader& header) {
  std::string out;
  if (header.addresses) {
    const auto& [source, destination] = *header.addresses;
    const bool v4 = both_v4(*header.addresses);
    append_ip(out, source.ip, v4);
    append_ip(out, destination.ip, v4);
    append_16(out, source.port);
    append_16(out, destination.port);
  }
  for (const ProxyTlv& tlv : header.tlvs) {
    out.push_back(static_cast<char>(tlv.type));
    append_16(out, tlv.value.size());
    out.append(tlv.value);
  }
  return out;
}

}  // namespace

Parse<ProxyHeader> parse_proxy_header(ByteView octets) {
  if (octets.empty()) return NeedMore{};
  if (octets[0] == kProxyV2Signature[0]) return parse_proxy_v2(octets);
  const ByteView beginning = octets.substr(0, kV1Beginning.size());
  if (!kV1Beginning.starts_with(beginning)) return Malformed{"no PROXY header begins so", 0};
  return parse_proxy_v1(octets);
}

std::size_t longest_proxy_header(ByteView beginning) {
  if (!beginning.empty() && beginning[0] == kProxyV2Signature[0])
    return longest_proxy_v2(beginning);
  return kProxyV1Octets;
}

std::string encode_proxy_v1(const ProxyHeader& header) {
  if (!header.addresses) return "PROXY UNKNOWN\r\n";
  const auto& [source, destination] = *header.addresses;
  const bool v4 = both_v4(*header.addresses);
  return std::string(v4 ? "PROXY TCP4 " : "PROXY TCP6 ") + v1_ip(source.ip, v4) + " " +
         v1_ip(destination.ip, v4) + " " + std::to_string(source.port) + " " +
         std::to_string(destination.port) + "\r\n";
}

std::string encode_proxy_v2(const ProxyHeader& header) {
  const std::string body = v2_body(header);
  const std::size_t size = body.size() + kCrcTlvOctets;
  check(size + 16 <= kProxyV2Octets, "a PROXY header that we send is short");
  std::string out(kProxyV2Signature);
  out.push_back('\x21');
  const bool v4 = header.addresses && both_v4(*header.addresses);
  out.push_back(!header.addresses ? '\x00' : v4 ? '\x11' : '\x21');
  append_16(out, size);
  out.append(body);
  out.push_back(static_cast<char>(proxy_tlv::kCrc32c));
  append_16(out, 4);
  const std::uint32_t crc = crc32c(ByteView("\0\0\0\0", 4), crc32c(out));
  append_16(out, crc >> 16U);
  append_16(out, crc & 0xFFFFU);
  return out;
}

std::uint32_t crc32c(ByteView octets, std::uint32_t before) {
  std::uint32_t crc = ~before;
  for (const char c : octets) {
    crc = crc >> 8U ^ kCrcTable[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
  }
  return ~crc;
}

}  // namespace postern::grammar
