// The gate: what the tenants of one listener are to a handshake, and the callbacks that OpenSSL
// asks while it goes on. For tls_server.cc.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/digest.h"
#include "proxy/net/certificates.h"
#include "proxy/net/tls_names.h"
#include "proxy/net/tls_policy.h"
#include "proxy/net/tls_tickets.h"

namespace postern::net {

// One tenant, ready for handshakes.
struct GateTenant {
  std::shared_ptr<const TlsPolicy> policy;
  std::vector<std::shared_ptr<const StoredPair>> pairs;  // never empty; in order of the refs
  Sha256 session_context{};  // sessions of one context are none of another
  std::optional<TicketContext> tickets;
  config::UnknownNames unknown_names =
      config::UnknownNames::FirstCertificate;  // if it is the first
};

struct Gate {
  std::shared_ptr<SSL_CTX> context;
  bool cached = false;  // the context keeps sessions
  std::vector<std::shared_ptr<const GateTenant>> tenants;
  std::shared_ptr<const NameTable> names;
  config::UnknownNames unknown_names = config::UnknownNames::FirstCertificate;
  std::shared_ptr<TicketMasters> masters;
};

// A context without certificates whose callbacks do the choosing. `cached`: some tenant keeps
// sessions in this process.
[[nodiscard]] SslContextPtr make_gate_context(bool cached);
// The certificate callback belongs to the context that a connection was switched to.
void choose_certificates_in(SSL_CTX* policy_context);

// A TLS object in accept state; it keeps the gate until its certificate is forgotten.
[[nodiscard]] SSL* open_at(const std::shared_ptr<const Gate>& gate);

}  // namespace postern::net
