// TLS towards clients (spec: TLS 1–4, 8–11). One SSL_CTX a policy, made on the control thread and
// immutable then; one gate SSL_CTX a listener protocol, whose ClientHello callback chooses tenant,
// policy and certificate by SNI before a ticket is opened. Keys are DER in locked memory until a
// handshake needs them; loaded pairs are an LRU shared by the workers.
// Thread: build() on the control thread; open() on any worker, at the same time.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/config/listener.h"
#include "common/config/secret_material.h"
#include "common/config/server.h"

struct ssl_st;

namespace postern::net {

// A problem that refuses the resource it is in.
struct TlsProblem {
  std::string server;  // SERVER resource
  std::string field;   // "tls.cipherSuites[2]"
  std::string detail;
};

// What a handshake found out; read after Stream::handshake is Done.
struct TlsChoice {
  std::size_t tenant = 0;  // index in Listener::tenants
  bool named = false;      // SNI named it; else it is the first
};

// One tenant of a listener with what its SERVER says and the key pairs that it names.
struct TlsTenant {
  std::string server;
  std::vector<std::string> hostnames;
  const config::ServerTls* tls = nullptr;  // read while building only
  std::vector<std::pair<std::string, const config::KeyPair*>> key_pairs;  // in order of the refs
};

// Process-wide: ticket masters and loaded certificates; made once in app/, given to each build.
class TlsShared {
 public:
  TlsShared();
  // `clock` decides when ticket masters are renewed; it must outlive this and every TlsServer.
  explicit TlsShared(const Clock& clock);
  ~TlsShared();
  // Key pairs that handshakes have loaded and that are still in some snapshot.
  [[nodiscard]] std::size_t loaded_pairs() const;
  struct State;
  [[nodiscard]] State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

class TlsServer {
 public:
  ~TlsServer();
  // For one listener. Fails with every problem found.
  [[nodiscard]] static Result<std::shared_ptr<const TlsServer>, std::vector<TlsProblem>> build(
      Protocol protocol, const std::vector<TlsTenant>& tenants, TlsShared& shared);
  // A TLS object for one connection, in accept state; the stream takes it over.
  [[nodiscard]] ssl_st* open() const;
  // What the handshake of `tls` chose.
  [[nodiscard]] static TlsChoice choice(const ssl_st* tls);

 private:
  struct State;
  explicit TlsServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// For checks before a snapshot is used: does the key fit the certificate, can both be read?
[[nodiscard]] Result<void, std::string> check_key_pair(const config::KeyPair& pair);

}  // namespace postern::net
