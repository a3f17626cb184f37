// TLS towards clients (spec: TLS 1–4, 8–11). One SSL_CTX a policy, made on the control thread and
// immutable then; one gate SSL_CTX a listener, whose ClientHello callback chooses tenant, policy
// and certificate by SNI before a ticket is opened. Keys are DER in locked memory until a handshake
// needs them; loaded pairs are an LRU shared by the workers. A listener of which one tenant changed
// shares everything else with the one before it. Thread: build() on the control thread; open() on
// any worker, at the same time.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "common/config/listener.h"
#include "proxy/net/tls_tenant.h"

struct ssl_st;

namespace postern::net {

// What a handshake found out; read after Stream::handshake is Done.
struct TlsChoice {
  std::size_t tenant = 0;  // index in Listener::tenants
  bool named = false;      // SNI named it; else it is the first
};

class TlsServer {
 public:
  ~TlsServer();
  // For one listener and its tenants, one for each of the listener's and in their order. `before`:
  // the same port's, null if there is none.
  [[nodiscard]] static std::shared_ptr<const TlsServer> build(
      std::shared_ptr<const config::Listener> listener, std::vector<ReadyTenant> tenants,
      TlsShared& shared, const TlsServer* before);
  [[nodiscard]] const std::vector<ReadyTenant>& tenants() const;
  // A TLS object for one connection, in accept state; the stream takes it over.
  [[nodiscard]] ssl_st* open() const;
  // What the handshake of `tls` chose.
  [[nodiscard]] static TlsChoice choice(const ssl_st* tls);

 private:
  struct State;
  explicit TlsServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace postern::net
