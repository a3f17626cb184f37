// What builds of TLS listeners share. For the files of this room only.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "proxy/net/certificates.h"
#include "proxy/net/tls_policy.h"
#include "proxy/net/tls_tenant.h"
#include "proxy/net/tls_tickets.h"

namespace postern::net {

// Policies by their settings, as long as some tenant has them. Control thread.
class TlsPolicies {
 public:
  [[nodiscard]] Result<std::shared_ptr<const TlsPolicy>, std::vector<PolicyFault>> take(
      Protocol protocol, const config::ServerTls& tls, const ClientAuthMaterial& clients);

 private:
  std::map<std::string, std::weak_ptr<const TlsPolicy>> known_;
  std::size_t sweep_at_ = 64;
};

struct TlsShared::State {
  explicit State(const Clock& clock) : masters(std::make_shared<TicketMasters>(clock)) {}
  CertificateStore store;
  TlsPolicies policies;
  std::shared_ptr<TicketMasters> masters;
};

}  // namespace postern::net
