#include "proxy/grammar/proxy_protocol_v2.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace postern::grammar {

namespace {

constexpr std::size_t kFixedOctets = 16;
constexpr std::size_t kTlvHeaderOctets = 3;
constexpr std::size_t kSslOctets = 5;  // client flags and the result of verification
constexpr unsigned kClientHadTls = 0x01;
constexpr std::uint8_t kSslVersion = 0x21;
constexpr std::uint8_t kSslCipher = 0x23;
constexpr std::size_t kUniqueIdOctets = 128;

std::uint8_t octet_at(ByteView octets, std::size_t at) {
  return static_cast<std::uint8_t>(octets[at]);
}
std::uint16_t big_endian_16(ByteView octets, std::size_t at) {
  return static_cast<std::uint16_t>(octet_at(octets, at) << 8U | octet_at(octets, at + 1));
}
std::uint32_t big_endian_32(ByteView octets) {
  return std::uint32_t{big_endian_16(octets, 0)} << 16U | big_endian_16(octets, 2);
}

// What family and transport of octet 13 say about the octets of the addresses.
struct Family {
  std::size_t address_octets;
  bool has_addresses;  // that we take: TCP over IPv4 or IPv6
};
std::optional<Family> family_of(std::uint8_t octet) {
  switch (octet) {
    case 0x00: return Family{0, false};
    case 0x11: return Family{4, true};
    case 0x21: return Family{16, true};
    default: return std::nullopt;  // datagrams and UNIX sockets carry no mail client
  }
}

IpAddress ip_at(ByteView octets, std::size_t size) {
  if (size == 4) {
    std::array<std::uint8_t, 4> v4{};
    std::copy_n(octets.begin(), v4.size(), v4.begin());
    return IpAddress::v4(v4);
  }
  std::array<std::uint8_t, 16> v6{};
  std::copy_n(octets.begin(), v6.size(), v6.begin());
  return IpAddress::v6(v6);
}

ProxyAddresses addresses_at(ByteView octets, std::size_t size) {
  ProxyAddresses out;
  out.source.ip = ip_at(octets, size);
  out.destination.ip = ip_at(octets.substr(size), size);
  out.source.port = big_endian_16(octets, 2 * size);
  out.destination.port = big_endian_16(octets, 2 * size + 2);
  return out;
}

struct Tlv {
  std::uint8_t type;
  ByteView value;
  std::size_t value_at;
};
// Nothing: it is cut off, or passes the end.
std::optional<Tlv> tlv_at(ByteView octets, std::size_t at) {
  if (octets.size() - at < kTlvHeaderOctets) return std::nullopt;
  const std::size_t size = big_endian_16(octets, at + 1);
  const std::size_t value_at = at + kTlvHeaderOctets;
  if (size > octets.size() - value_at) return std::nullopt;
  return Tlv{octet_at(octets, at), octets.substr(value_at, size), value_at};
}

// Flags, the result of verification, then TLVs of their own.
bool tls_facts_hold_together(ByteView value) {
  if (value.size() < kSslOctets) return false;
  for (std::size_t at = kSslOctets; at < value.size();) {
    const auto tlv = tlv_at(value, at);
    if (!tlv) return false;
    at = tlv->value_at + tlv->value.size();
  }
  return true;
}

std::string_view objection_to(const Tlv& tlv) {
  const std::size_t size = tlv.value.size();
  if (tlv.type == proxy_tlv::kCrc32c && size != 4) return "a CRC32C has four octets";
  if (tlv.type == proxy_tlv::kUniqueId && size > kUniqueIdOctets) {
    return "the unique id is too long";
  }
  if (tlv.type == proxy_tlv::kSsl && !tls_facts_hold_together(tlv.value)) {
    return "the TLS facts are cut off";
  }
  return {};
}

// The CRC is over the whole header with its own four octets zero.
bool crc_fits(ByteView header, std::size_t crc_at) {
  std::uint32_t crc = crc32c(header.substr(0, crc_at));
  crc = crc32c(ByteView("\0\0\0\0", 4), crc);
  crc = crc32c(header.substr(crc_at + 4), crc);
  return crc == big_endian_32(header.substr(crc_at, 4));
}

std::optional<Malformed> parse_tlvs(ByteView header, std::size_t at, std::vector<ProxyTlv>& out) {
  bool crc_seen = false;
  bool tls_seen = false;
  while (at < header.size()) {
    const auto tlv = tlv_at(header, at);
    if (!tlv) return Malformed{"a TLV passes the header's end", at};
    if (const auto wrong = objection_to(*tlv); !wrong.empty()) return Malformed{wrong, at};
    if (tlv->type == proxy_tlv::kCrc32c) {
      if (std::exchange(crc_seen, true)) return Malformed{"there are two CRC32C", at};
      if (!crc_fits(header, tlv->value_at)) return Malformed{"the CRC32C is wrong", at};
    } else if (tlv->type != proxy_tlv::kNoop) {
      // Two words on whether there was TLS: neither is believed.
      if (tlv->type == proxy_tlv::kSsl && std::exchange(tls_seen, true)) {
        return Malformed{"there are TLS facts twice", at};
      }
      out.push_back({tlv->type, std::string(tlv->value)});
    }
    at = tlv->value_at + tlv->value.size();
  }
  return std::nullopt;
}

// What can be said before all octets are there.
std::optional<Malformed> objection_to_beginning(ByteView octets) {
  const ByteView signature = octets.substr(0, kProxyV2Signature.size());
  if (!kProxyV2Signature.starts_with(signature)) return Malformed{"the signature is wrong", 0};
  if (octets.size() > 12 && octets[12] != '\x20' && octets[12] != '\x21') {
    return Malformed{"version or command is not known", 12};
  }
  const bool local = octets.size() > 12 && octets[12] == '\x20';
  if (octets.size() > 13 && !local && !family_of(octet_at(octets, 13))) {
    return Malformed{"family or transport is not known", 13};
  }
  if (octets.size() >= kFixedOctets && big_endian_16(octets, 14) > kProxyV2Octets - kFixedOctets) {
    return Malformed{"the header is too long", 14};
  }
  return std::nullopt;
}

}  // namespace

Parse<ProxyHeader> parse_proxy_v2(ByteView octets) {
  if (const auto wrong = objection_to_beginning(octets)) return *wrong;
  if (octets.size() < kFixedOctets) return NeedMore{};
  const std::size_t size = kFixedOctets + big_endian_16(octets, 14);
  const bool local = octets[12] == '\x20';
  const Family family =
      local ? Family{0, false} : family_of(octet_at(octets, 13)).value_or(Family{0, false});
  const std::size_t addresses = family.has_addresses ? 2 * family.address_octets + 4 : 0;
  if (size < kFixedOctets + addresses) return Malformed{"the addresses are cut off", 14};
  if (octets.size() < size) return NeedMore{};
  const ByteView header = octets.substr(0, size);
  ProxyHeader out;
  // Section 2.2: what LOCAL brings along is discarded; it may be of a family that has other sizes.
  if (local) return Done<ProxyHeader>{std::move(out), size};
  if (family.has_addresses) {
    out.addresses = addresses_at(header.substr(kFixedOctets), family.address_octets);
  }
  if (const auto wrong = parse_tlvs(header, kFixedOctets + addresses, out.tlvs)) return *wrong;
  return Done<ProxyHeader>{std::move(out), size};
}

std::size_t longest_proxy_v2(ByteView beginning) {
  if (beginning.size() < kFixedOctets) return kFixedOctets;
  return std::min(kFixedOctets + big_endian_16(beginning, 14), kProxyV2Octets);
}

std::optional<ProxyTls> client_tls(const ProxyHeader& header) {
  const auto facts = std::ranges::find(header.tlvs, proxy_tlv::kSsl, &ProxyTlv::type);
  if (facts == header.tlvs.end()) return std::nullopt;
  const ByteView value = facts->value;
  if (!tls_facts_hold_together(value) || (octet_at(value, 0) & kClientHadTls) == 0) {
    return std::nullopt;
  }
  ProxyTls out;
  for (std::size_t at = kSslOctets; at < value.size();) {
    const Tlv tlv = tlv_at(value, at).value();
    if (tlv.type == kSslVersion) out.version = tlv.value;
    if (tlv.type == kSslCipher) out.suite = tlv.value;
    at = tlv.value_at + tlv.value.size();
  }
  return out;
}

}  // namespace postern::grammar
