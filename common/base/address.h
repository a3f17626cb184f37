// IP addresses, ports, networks; ClientAddress and ServerAddress are types of their own, so that
// they cannot be swapped.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern {

// IPv4 is kept as its v6-mapped form; family() tells them apart.
class IpAddress {
 public:
  enum class Family : std::uint8_t { V4, V6 };

  IpAddress() = default;
  [[nodiscard]] static IpAddress v4(std::array<std::uint8_t, 4> octets);
  // A mapped address (::ffff:a.b.c.d) becomes V4.
  [[nodiscard]] static IpAddress v6(const std::array<std::uint8_t, 16>& octets);
  // Strict: no leading zeros, no zone, no brackets.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] Family family() const { return family_; }
  // The last four octets for V4.
  [[nodiscard]] const std::array<std::uint8_t, 16>& octets() const { return octets_; }
  [[nodiscard]] bool is_loopback() const;
  [[nodiscard]] std::string text() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  Family family_ = Family::V4;
  std::array<std::uint8_t, 16> octets_{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0};
};

struct SocketAddress {
  IpAddress ip;
  std::uint16_t port = 0;
  // 192.0.2.1:993, [2001:db8::1]:993
  [[nodiscard]] std::string text() const;
  [[nodiscard]] static std::optional<SocketAddress> parse(std::string_view text);
  friend bool operator==(const SocketAddress&, const SocketAddress&) = default;
};

struct ClientAddress : SocketAddress {};
struct ServerAddress : SocketAddress {};

struct Network {
  IpAddress base;
  std::uint8_t prefix = 0;  // of the address's own family
  [[nodiscard]] bool contains(const IpAddress& address) const;
  // "192.0.2.0/24"; host bits are masked; a bare address is refused.
  [[nodiscard]] static std::optional<Network> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  friend bool operator==(const Network&, const Network&) = default;
};

// What limits count as one source: the IPv4 address, or the IPv6 /64.
[[nodiscard]] IpAddress source_of(const IpAddress& address);

}  // namespace postern
