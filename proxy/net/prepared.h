// Prepared: a snapshot with everything that could fail already done: TLS contexts of listeners and
// backends. Made on the control thread (adopt/prepare), then immutable and shared by the workers.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/config/snapshot.h"
#include "proxy/net/tls_client.h"
#include "proxy/net/tls_server.h"

namespace postern::net {

// The TLS factories of backends, by BACKEND; a copy shares what did not change.
class TlsClients {
 public:
  class Draft;
  [[nodiscard]] const TlsClient* find(std::string_view backend) const {
    const auto* const found = all_.find(hash_of(backend), Is{backend});
    return found ? (*found)->client.get() : nullptr;
  }
  [[nodiscard]] std::size_t size() const { return all_.size(); }

 private:
  struct Named {
    std::string backend;
    std::shared_ptr<const TlsClient> client;
  };
  static std::uint64_t hash_of(std::string_view backend) {
    return std::hash<std::string_view>{}(backend);
  }
  struct Is {
    std::string_view backend;
    bool operator()(const Named& one) const { return one.backend == backend; }
  };

  config::Shards<Named> all_;
};

class TlsClients::Draft {
 public:
  explicit Draft(const TlsClients& base) : all_(base.all_) {}
  void put(const std::string& backend, std::shared_ptr<const TlsClient> client) {
    all_.put(hash_of(backend), std::make_shared<const Named>(Named{backend, std::move(client)}),
             Is{backend});
  }
  void erase(std::string_view backend) { all_.erase(hash_of(backend), Is{backend}); }
  // The draft is used up.
  [[nodiscard]] TlsClients finish() {
    TlsClients out;
    out.all_ = all_.finish();
    return out;
  }

 private:
  config::Shards<Named>::Draft all_;
};

struct Prepared {
  std::shared_ptr<const config::Snapshot> snapshot;
  std::map<std::uint16_t, std::shared_ptr<const TlsServer>> tls_servers;  // by port; none: no TLS
  TlsClients tls_clients;

  [[nodiscard]] const TlsServer* tls_server(std::uint16_t port) const {
    const auto found = tls_servers.find(port);
    return found == tls_servers.end() ? nullptr : found->second.get();
  }
  [[nodiscard]] const TlsClient* tls_client(std::string_view backend) const {
    return tls_clients.find(backend);
  }
};

}  // namespace postern::net
