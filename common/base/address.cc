#include "common/base/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "common/base/ascii.h"

namespace postern {

namespace {

constexpr std::size_t kV4At = 12;  // of the mapped form

// No sign, no blanks, no leading zeros: "010" is eight to some readers and ten to others.
std::optional<unsigned> parse_decimal(std::string_view text, unsigned most) {
  if (text.empty() || text.size() > 5 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  unsigned value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (value > most) return std::nullopt;
  return value;
}

std::optional<std::array<std::uint8_t, 4>> parse_v4(std::string_view text) {
  std::array<std::uint8_t, 4> octets{};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t end = i < 3 ? text.find('.') : text.size();
    if (end == std::string_view::npos) return std::nullopt;
    const auto value = parse_decimal(text.substr(0, end), 255);
    if (!value) return std::nullopt;
    octets[i] = static_cast<std::uint8_t>(*value);
    text.remove_prefix(i < 3 ? end + 1 : end);
  }
  return octets;
}

unsigned bits_of(IpAddress::Family family) { return family == IpAddress::Family::V4 ? 32 : 128; }

IpAddress masked(const IpAddress& address, unsigned prefix) {
  const bool v4 = address.family() == IpAddress::Family::V4;
  std::array<std::uint8_t, 16> octets = address.octets();
  unsigned kept = prefix + (v4 ? 96 : 0);
  for (std::uint8_t& octet : octets) {
    const unsigned here = std::min(kept, 8U);
    octet = static_cast<std::uint8_t>(octet & (0xFF00U >> here));
    kept -= here;
  }
  if (v4) return IpAddress::v4({octets[12], octets[13], octets[14], octets[15]});
  return IpAddress::v6(octets);
}

}  // namespace

IpAddress IpAddress::v4(std::array<std::uint8_t, 4> octets) {
  IpAddress address;
  std::copy(octets.begin(), octets.end(), address.octets_.begin() + kV4At);
  return address;
}

IpAddress IpAddress::v6(const std::array<std::uint8_t, 16>& octets) {
  IpAddress address;
  const bool mapped = std::equal(octets.begin(), octets.begin() + kV4At, address.octets_.begin());
  address.octets_ = octets;
  address.family_ = mapped ? Family::V4 : Family::V6;
  return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.find(':') == std::string_view::npos) {
    const auto octets = parse_v4(text);
    return octets ? std::optional(v4(*octets)) : std::nullopt;
  }
  // A NUL would end the text early for inet_pton and make two texts one address.
  char terminated[INET6_ADDRSTRLEN] = {};
  if (text.size() >= sizeof terminated || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  std::memcpy(terminated, text.data(), text.size());
  std::array<std::uint8_t, 16> octets{};
  if (inet_pton(AF_INET6, terminated, octets.data()) != 1) return std::nullopt;
  return v6(octets);
}

bool IpAddress::is_loopback() const {
  if (family_ == Family::V4) return octets_[kV4At] == 127;
  return std::all_of(octets_.begin(), octets_.end() - 1, [](auto octet) { return octet == 0; }) &&
         octets_.back() == 1;
}

std::string IpAddress::text() const {
  if (family_ == Family::V4) {
    std::string out;
    for (std::size_t i = kV4At; i < octets_.size(); ++i) {
      if (i > kV4At) out.push_back('.');
      out.append(std::to_string(octets_[i]));
    }
    return out;
  }
  char out[INET6_ADDRSTRLEN] = {};
  inet_ntop(AF_INET6, octets_.data(), out, sizeof out);
  return out;
}

std::string SocketAddress::text() const {
  const std::string port_text = std::to_string(port);
  if (ip.family() == IpAddress::Family::V4) return ip.text() + ":" + port_text;
  return "[" + ip.text() + "]:" + port_text;
}

std::optional<SocketAddress> SocketAddress::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (bracketed != (host.find(':') != std::string_view::npos)) return std::nullopt;
  const auto ip = IpAddress::parse(host);
  const auto port = parse_decimal(text.substr(colon + 1), 65535);
  if (!ip || !port) return std::nullopt;
  return SocketAddress{*ip, static_cast<std::uint16_t>(*port)};
}

bool Network::contains(const IpAddress& address) const {
  if (address.family() != base.family()) return false;
  const std::size_t bits = prefix + (base.family() == IpAddress::Family::V4 ? 8 * kV4At : 0);
  const auto& left = address.octets();
  const auto& right = base.octets();
  const std::size_t whole = bits / 8;
  if (!std::equal(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(whole), right.begin()))
    return false;
  const std::size_t rest = bits % 8;
  return rest == 0 || ((left[whole] ^ right[whole]) & (0xFF00U >> rest) & 0xFFU) == 0;
}

std::optional<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto ip = IpAddress::parse(text.substr(0, slash));
  if (!ip) return std::nullopt;
  const auto prefix = parse_decimal(text.substr(slash + 1), bits_of(ip->family()));
  if (!prefix) return std::nullopt;
  return Network{masked(*ip, *prefix), static_cast<std::uint8_t>(*prefix)};
}

std::string Network::text() const { return base.text() + "/" + std::to_string(prefix); }

IpAddress source_of(const IpAddress& address) {
  return address.family() == IpAddress::Family::V4 ? address : masked(address, 64);
}

}  // namespace postern
