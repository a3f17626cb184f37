#include "controller/publish/certificate_identity.h"

#include <utility>

#include <grpcpp/grpcpp.h>

#include "common/identity/peer.h"

namespace postern::publish {

Result<std::string, std::string> CertificateIdentity::class_of(
    const grpc::ServerContextBase& peer) const {
  const auto context = peer.auth_context();
  if (!context) return Fail<std::string>("the peer shows no certificate");
  auto who = identity::identity_of_peer(*context);
  if (!who) return Fail<std::string>(std::move(who.error()));
  if (who->role != identity::Role::Proxy) {
    return Fail<std::string>(identity::uri_of(*who) + " is not a proxy");
  }
  return std::move(who->ingress_class);
}

}  // namespace postern::publish
