#include "common/config/server.h"

namespace postern::config {

const ProtocolOffer* Server::offer(Protocol protocol) const {
  for (const ProtocolOffer& offer : protocols) {
    if (offer.protocol == protocol) return &offer;
  }
  return nullptr;
}

}  // namespace postern::config
