// One tenant of TLS listeners, made ready for handshakes: its policy and its key pairs. Made once,
// shared by every listener of the protocol and by every snapshot in which nothing of it changed.
// Thread: made on the control thread, read by any.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/mail.h"
#include "common/base/result.h"
#include "common/config/secret_material.h"
#include "common/config/server.h"
#include "common/config/ticket_keys.h"
#include "proxy/net/client_auth_material.h"

namespace postern::net {

// A problem that refuses the resource it is in.
struct TlsProblem {
  std::string server;  // SERVER resource
  std::string field;   // "tls.cipherSuites[2]"
  std::string detail;
  std::string secret;  // SECRET resource whose material is at fault; empty: none
};

// What a SERVER says of TLS, and the key pairs, authorities and revocation lists that it names.
// Read while a tenant is made only.
struct TlsTenant {
  std::string server;
  const config::ServerTls* tls = nullptr;
  std::vector<std::pair<std::string, const config::KeyPair*>> key_pairs;  // in order of the refs
  ClientAuthMaterial clients = {};
  const config::OwnTicketKeys* tickets = nullptr;  // its own; null: those of all
};

// Process-wide: ticket masters, loaded certificates, policies in use; made once, given to each
// build.
class TlsShared {
 public:
  TlsShared();
  // `clock` decides when ticket masters are renewed; it must outlive this and every TlsServer.
  explicit TlsShared(const Clock& clock);
  ~TlsShared();
  // Key pairs that handshakes have loaded and that are still in some snapshot.
  [[nodiscard]] std::size_t loaded_pairs() const;
  // What the controller says of tickets; null: nothing, and this process uses its own keys.
  void take_ticket_keys(std::shared_ptr<const config::TicketKeys> keys);
  struct State;
  [[nodiscard]] State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

struct GateTenant;
using ReadyTenant = std::shared_ptr<const GateTenant>;

// Fails with every problem found.
[[nodiscard]] Result<ReadyTenant, std::vector<TlsProblem>> make_tenant(Protocol protocol,
                                                                       const TlsTenant& tenant,
                                                                       TlsShared& shared);

// For checks before a snapshot is used: does the key fit the certificate, can both be read? While
// the answer is held, nobody has to read the pair again.
[[nodiscard]] Result<std::shared_ptr<const void>, std::string> check_key_pair(
    const config::KeyPair& pair, TlsShared& shared);

}  // namespace postern::net
