#include "proxy/policy/pinned.h"

#include <algorithm>
#include <string>

namespace postern::policy {

Result<Candidate, Nowhere> pinned_endpoint(const BalancingRequest& request,
                                           std::string_view member) {
  const auto& declared = request.backend.declared_members;
  if (std::ranges::find(declared, member) == declared.end()) {
    return Fail<Nowhere>(Nowhere::HomeAway);
  }
  for (const config::Endpoint& endpoint : request.endpoints.endpoints) {
    const std::uint16_t port = endpoint.port(request.protocol);
    if (endpoint.id != member || endpoint.state == config::EndpointState::NotReady || port == 0) {
      continue;
    }
    return Candidate{endpoint.id, ServerAddress{SocketAddress{endpoint.address, port}}};
  }
  return Fail<Nowhere>(Nowhere::HomeAway);
}

}  // namespace postern::policy
