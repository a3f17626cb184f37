#include "proxy/net/sockaddr.h"

#include <netinet/tcp.h>

#include <cstring>
#include <system_error>

namespace postern::net {

namespace {

// A silent peer is asked after 60 s, then each 15 s; 4 missing answers make 120 s.
constexpr int kKeepIdleSeconds = 60;
constexpr int kKeepIntervalSeconds = 15;
constexpr int kKeepProbes = 4;
constexpr int kUserTimeoutMilliseconds = 120'000;

}  // namespace

KernelAddress to_kernel(const SocketAddress& address) {
  KernelAddress out;
  const auto& octets = address.ip.octets();
  if (address.ip.family() == IpAddress::Family::V4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    std::memcpy(&v4.sin_addr, octets.data() + 12, 4);
    std::memcpy(&out.storage, &v4, sizeof v4);
    out.length = sizeof v4;
    return out;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(address.port);
  std::memcpy(&v6.sin6_addr, octets.data(), 16);
  std::memcpy(&out.storage, &v6, sizeof v6);
  out.length = sizeof v6;
  return out;
}

SocketAddress from_kernel(const KernelAddress& address) {
  SocketAddress out;
  if (address.storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address.storage, sizeof v4);
    std::array<std::uint8_t, 4> octets{};
    std::memcpy(octets.data(), &v4.sin_addr, 4);
    out.ip = IpAddress::v4(octets);
    out.port = ntohs(v4.sin_port);
  } else if (address.storage.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address.storage, sizeof v6);
    std::array<std::uint8_t, 16> octets{};
    std::memcpy(octets.data(), &v6.sin6_addr, 16);
    out.ip = IpAddress::v6(octets);
    out.port = ntohs(v6.sin6_port);
  }
  return out;
}

SocketAddress local_address_of(int fd) {
  KernelAddress address;
  if (::getsockname(fd, address.get(), &address.length) != 0) return {};
  return from_kernel(address);
}

void set_option(int fd, int level, int option, int value) {
  // Refused for sockets that are not TCP, as in tests: nothing is lost there.
  ::setsockopt(fd, level, option, &value, sizeof value);
}

void set_no_delay(int fd) { set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1); }

void set_keep_alive(int fd) {
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, kKeepIdleSeconds);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, kKeepIntervalSeconds);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, kKeepProbes);
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeoutMilliseconds);
}

std::string system_reason(int number) { return std::generic_category().message(number); }

}  // namespace postern::net
