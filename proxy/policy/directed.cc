#include "proxy/policy/directed.h"

#include <algorithm>

namespace postern::policy {

namespace {

// The member at that address and port; else at that address, which has its own port: a service that
// was written for a proxy without TLS names the port without TLS.
const config::Endpoint* endpoint_at(const BackendView& view, const ServerAddress& address,
                                    Protocol protocol) {
  const config::Endpoint* found = nullptr;
  if (view.endpoints == nullptr) return found;
  for (const config::Endpoint& endpoint : view.endpoints->endpoints) {
    const std::uint16_t port = endpoint.port(protocol);
    if (endpoint.address != address.ip || port == 0) continue;
    if (port == address.port) return &endpoint;
    if (found == nullptr) found = &endpoint;
  }
  return found;
}

bool may_be_anywhere_in(const config::Backend& backend, const IpAddress& address) {
  return std::any_of(backend.dynamic.begin(), backend.dynamic.end(),
                     [&](const Network& network) { return network.contains(address); });
}

}  // namespace

std::optional<Directed> member_at(const ServerAddress& address, Protocol protocol,
                                  std::span<const BackendView> backends) {
  for (const BackendView& view : backends) {
    if (const config::Endpoint* endpoint = endpoint_at(view, address, protocol)) {
      const SocketAddress own{endpoint->address, endpoint->port(protocol)};
      return Directed{std::string(view.name), {endpoint->id, ServerAddress{own}}};
    }
  }
  return std::nullopt;
}

std::optional<Directed> directed_to(const ServerAddress& address, Protocol protocol,
                                    std::span<const BackendView> backends) {
  if (auto member = member_at(address, protocol, backends)) return member;
  for (const BackendView& view : backends) {
    if (view.backend != nullptr && may_be_anywhere_in(*view.backend, address.ip)) {
      return Directed{std::string(view.name), {address.text(), address}};
    }
  }
  return std::nullopt;
}

}  // namespace postern::policy
