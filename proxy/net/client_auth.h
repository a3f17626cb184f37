// ClientAuth: whose certificates clients may show at a tenant: authorities, revocation lists, and
// how strict a handshake is about them. It belongs to a TlsPolicy and is put on a connection in the
// ClientHello callback. Nobody else's authorities count, the system's never.
// Made on the control thread, immutable then. For the files of this room only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/config/client_certificates.h"
#include "proxy/net/client_auth_material.h"
#include "proxy/net/openssl_types.h"

namespace postern::net {

struct ClientAuth {
  config::ClientCertificateMode mode = config::ClientCertificateMode::None;
  int max_depth = 0;
  bool checks_revocation = false;
  X509StorePtr store;
  NamesPtr ca_names;  // null: clients are told none
};

struct ClientAuthFault {
  std::string field;  // "tls.client_certificates.trust[0]"
  std::string detail;
  std::string secret;  // whose octets are at fault
};

// Equal for equal rules over equal octets: a session that was made under one set of authorities and
// lists is resumed under that set only. Empty: none is asked for.
[[nodiscard]] std::string client_auth_id(const config::ClientCertificates& rules,
                                         const ClientAuthMaterial& material);
[[nodiscard]] Result<std::unique_ptr<const ClientAuth>, std::vector<ClientAuthFault>>
make_client_auth(const config::ClientCertificates& rules, const ClientAuthMaterial& material);

// What OpenSSL takes from the context of a policy.
void install(const ClientAuth& clients, SSL_CTX* policy_context);
// What it takes from the connection.
void ask_for_certificate(const ClientAuth& clients, SSL* tls);

}  // namespace postern::net
