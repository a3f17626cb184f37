#include "common/config/server.h"

namespace postern::config {

std::vector<std::string> secrets_of(const ServerTls& tls) {
  std::vector<std::string> out = tls.key_pairs;
  for (const auto* names : {&tls.client_certificates.trust, &tls.client_certificates.revocations}) {
    out.insert(out.end(), names->begin(), names->end());
  }
  if (!tls.tickets.empty()) out.push_back(tls.tickets);
  return out;
}

const ProtocolOffer* Server::offer(Protocol protocol) const {
  for (const ProtocolOffer& offer : protocols) {
    if (offer.protocol == protocol) return &offer;
  }
  return nullptr;
}

}  // namespace postern::config
