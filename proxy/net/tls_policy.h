// TlsPolicy: what a MailServer's TLS settings are to OpenSSL: one SSL_CTX for each distinct set of
// them. It carries suites and ALPN; what OpenSSL takes from a connection's first SSL_CTX, the gate,
// is put on the connection by apply(). Made on the control thread, immutable then.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/config/server.h"
#include "proxy/net/client_auth.h"
#include "proxy/net/openssl_types.h"

namespace postern::net {

// A problem without its server.
struct PolicyFault {
  std::string field;  // "tls.cipherSuites[2]"
  std::string detail;
  std::string secret = {};  // SECRET resource whose material is at fault; empty: none
};

struct TlsPolicy {
  std::string id;  // equal for equal settings; ticket keys are made of it
  SslContextPtr context;
  std::string groups;  // as OpenSSL lists them; empty: its own choice, X25519 first
  int min_version = 0;
  int max_version = 0;
  int least_strength = 0;  // security bits that a certificate must have
  config::CipherPreference cipher_preference = config::CipherPreference::Client;
  config::ResumptionMode resumption = config::ResumptionMode::Tickets;
  long lifetime_seconds = 0;
  std::unique_ptr<const ClientAuth> clients;  // null: no certificate is asked for
};

// The settings that a policy is made of, and what authorities and revocation lists say; equal texts
// share a policy.
[[nodiscard]] std::string policy_id(Protocol protocol, const config::ServerTls& tls,
                                    const ClientAuthMaterial& clients);
[[nodiscard]] Result<std::shared_ptr<const TlsPolicy>, std::vector<PolicyFault>> make_policy(
    Protocol protocol, const config::ServerTls& tls, const ClientAuthMaterial& clients);

// Switches a connection to the policy, inside the ClientHello callback.
void apply(const TlsPolicy& policy, SSL* tls);
// Whatever the policy says: no ticket is given, and none is opened.
void give_no_tickets(SSL* tls);

// Never renegotiated, never compressed, no early data, nothing held while idle.
void set_common_options(SSL_CTX* context);

}  // namespace postern::net
