#include "controller/source/name_lookup.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>

namespace postern::source {

namespace {

// More servers than a Service in a directory has; an answer over TCP could have thousands.
constexpr std::size_t kMostAddresses = 64;

std::optional<IpAddress> address_of(const addrinfo& found) {
  if (found.ai_family == AF_INET) {
    sockaddr_in address{};
    std::memcpy(&address, found.ai_addr, sizeof(address));
    std::array<std::uint8_t, 4> octets{};
    std::memcpy(octets.data(), &address.sin_addr, octets.size());
    return IpAddress::v4(octets);
  }
  if (found.ai_family == AF_INET6) {
    sockaddr_in6 address{};
    std::memcpy(&address, found.ai_addr, sizeof(address));
    std::array<std::uint8_t, 16> octets{};
    std::memcpy(octets.data(), &address.sin6_addr, octets.size());
    return IpAddress::v6(octets);
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<IpAddress>, std::string> look_up(const std::string& name) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(name.c_str(), nullptr, &hints, &found);
  if (error != 0) {
    return Fail<std::string>(std::string("does not resolve: ") + ::gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> freed(found, ::freeaddrinfo);
  std::vector<IpAddress> out;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    if (const auto address = address_of(*one)) out.push_back(*address);
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  if (out.size() > kMostAddresses) out.resize(kMostAddresses);
  if (out.empty()) return Fail<std::string>("does not resolve: it has no address");
  return out;
}

}  // namespace postern::source
