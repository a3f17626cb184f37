// TLS towards backends (spec: TLS 6): one factory for all. Verified unless written otherwise; the
// name comes from the configuration, never from an address; TLS 1.2 at least; sessions are resumed,
// at most 4 kept a worker, backend and name, taken out with SSL_SESSION_dup.
// Thread: build() on the control thread; Sessions belong to one worker.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/config/backend.h"
#include "common/config/secret_material.h"

struct ssl_st;

namespace postern::net {

struct TlsClientMaterial {
  const config::BackendTls* tls = nullptr;
  std::vector<const config::TrustBundle*> trust;
  const config::KeyPair* client_key_pair = nullptr;
};

class TlsClient;

// Sessions of one worker, by client factory (a changed factory resumes nothing).
class TlsSessions {
 public:
  TlsSessions();
  ~TlsSessions();
  struct State;
  [[nodiscard]] State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

class TlsClient {
 public:
  ~TlsClient();
  [[nodiscard]] static Result<std::shared_ptr<const TlsClient>, std::string> build(
      const TlsClientMaterial& material);
  // A TLS object in connect state, SNI and verification set, a session to resume when there is one.
  // New ones go into `sessions`; the object belongs to the same worker.
  [[nodiscard]] ssl_st* open(TlsSessions& sessions) const;

 private:
  struct State;
  explicit TlsClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace postern::net
