#include "common/identity/peer.h"

#include <vector>

#include <fmt/format.h>
#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

namespace postern::identity {

namespace {

bool by_tls(const grpc::AuthContext& peer) {
  const auto kinds = peer.FindPropertyValues(GRPC_TRANSPORT_SECURITY_TYPE_PROPERTY_NAME);
  if (kinds.size() != 1) return false;
  return kinds.front() == GRPC_TLS_TRANSPORT_SECURITY_TYPE ||
         kinds.front() == GRPC_SSL_TRANSPORT_SECURITY_TYPE;
}

}  // namespace

Result<Identity, std::string> identity_of_peer(const grpc::AuthContext& peer) {
  if (!by_tls(peer)) return Fail<std::string>("the peer shows no certificate");
  const std::vector<grpc::string_ref> uris = peer.FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME);
  if (uris.size() != 1) {
    return Fail<std::string>(
        fmt::format("the peer's certificate has {} URI names, and exactly one says who it is",
                    uris.empty() ? "no" : std::to_string(uris.size())));
  }
  return read_uri(std::string_view(uris.front().data(), uris.front().size()));
}

}  // namespace postern::identity
