#include "proxy/auth/http_pool.h"

#include <algorithm>
#include <array>
#include <bit>

namespace postern::auth {

HttpPool::HttpPool(const std::vector<ServerAddress>& addresses) {
  for (const ServerAddress& address : addresses) addresses_.push_back({address});
}

std::string HttpPool::key(const config::HttpService& service, const net::TlsClient* tls) {
  const auto trust = std::bit_cast<std::array<char, sizeof tls>>(tls);
  std::string key;
  key.reserve(trust.size() + service.addresses.size() * (sizeof(IpAddress) + 2));
  key.append(trust.begin(), trust.end());
  for (const ServerAddress& address : service.addresses) {
    key.push_back(address.ip.family() == IpAddress::Family::V4 ? '4' : '6');
    key.append(address.ip.octets().begin(), address.ip.octets().end());
    key.push_back(static_cast<char>(address.port >> 8U));
    key.push_back(static_cast<char>(address.port & 0xFFU));
  }
  return key;
}

std::vector<std::size_t> HttpPool::order(Instant now) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    out.push_back((next_ + i) % addresses_.size());
  }
  next_ = (next_ + 1) % addresses_.size();
  std::stable_partition(out.begin(), out.end(),
                        [&](std::size_t index) { return addresses_[index].rests_until <= now; });
  return out;
}

}  // namespace postern::auth
