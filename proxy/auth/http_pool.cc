#include "proxy/auth/http_pool.h"

#include <algorithm>

#include <fmt/format.h>

namespace postern::auth {

HttpPool::HttpPool(const std::vector<ServerAddress>& addresses) {
  for (const ServerAddress& address : addresses) addresses_.push_back({address});
}

std::string HttpPool::key(const config::HttpService& service, const net::TlsClient* tls) {
  std::string key = fmt::format("{}", static_cast<const void*>(tls));
  for (const ServerAddress& address : service.addresses) key.append(" ").append(address.text());
  return key;
}

std::vector<std::size_t> HttpPool::order(Instant now) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    out.push_back((next_ + i) % addresses_.size());
  }
  next_ = (next_ + 1) % addresses_.size();
  std::ranges::stable_partition(
      out, [&](std::size_t index) { return addresses_[index].rests_until <= now; });
  return out;
}

}  // namespace postern::auth
