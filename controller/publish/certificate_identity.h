// The class of a proxy by its certificate, for a server that others than we ourselves reach: one
// URI name, spiffe://postern/class/CLASS/proxy, in a certificate that TLS has verified.
#pragma once

#include <string>

#include "controller/publish/peer_identity.h"

namespace postern::publish {

class CertificateIdentity final : public PeerIdentity {
 public:
  // The error says who the peer is instead; it is told to the peer and logged.
  [[nodiscard]] Result<std::string, std::string> class_of(
      const grpc::ServerContextBase& peer) const override;
};

}  // namespace postern::publish
