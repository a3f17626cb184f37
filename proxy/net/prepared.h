// Prepared: a snapshot with everything that could fail already done: TLS contexts of listeners and
// backends, what providers need. Made on the control thread (adopt/prepare), then immutable and
// shared by the workers.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/config/snapshot.h"
#include "common/config/tenant_domains.h"
#include "proxy/net/ready_provider.h"
#include "proxy/net/tls_client.h"
#include "proxy/net/tls_server.h"

namespace postern::policy {
class UserPatterns;
}

namespace postern::net {

// Things by the name of a resource; a copy shares what did not change.
template <class T>
class ByName {
 public:
  class Draft;
  [[nodiscard]] const T* find(std::string_view name) const {
    const auto* const found = all_.find(hash_of(name), Is{name});
    return found ? (*found)->thing.get() : nullptr;
  }
  [[nodiscard]] std::size_t size() const { return all_.size(); }

 private:
  struct Named {
    std::string name;
    std::shared_ptr<const T> thing;
  };
  static std::uint64_t hash_of(std::string_view name) {
    return std::hash<std::string_view>{}(name);
  }
  struct Is {
    std::string_view name;
    bool operator()(const Named& one) const { return one.name == name; }
  };

  config::Shards<Named> all_;
};

template <class T>
class ByName<T>::Draft {
 public:
  explicit Draft(const ByName& base) : all_(base.all_) {}
  void put(const std::string& name, std::shared_ptr<const T> thing) {
    all_.put(hash_of(name), std::make_shared<const Named>(Named{name, std::move(thing)}), Is{name});
  }
  void erase(std::string_view name) { all_.erase(hash_of(name), Is{name}); }
  // The draft is used up.
  [[nodiscard]] ByName finish() {
    ByName out;
    out.all_ = all_.finish();
    return out;
  }

 private:
  typename config::Shards<Named>::Draft all_;
};

using TlsClients = ByName<TlsClient>;                // towards backends, by BACKEND
using ReadyProviders = ByName<ReadyProvider>;        // by PROVIDER
using ReadyPatterns = ByName<policy::UserPatterns>;  // by SERVER; of those whose rules have any

struct Prepared {
  std::shared_ptr<const config::Snapshot> snapshot;
  std::map<std::uint16_t, std::shared_ptr<const TlsServer>> tls_servers;  // by port; none: no TLS
  TlsClients tls_clients;
  ReadyProviders providers;
  ReadyPatterns patterns;
  std::map<std::uint16_t, std::shared_ptr<const config::TenantDomains>> domains;  // by port

  [[nodiscard]] const TlsServer* tls_server(std::uint16_t port) const {
    const auto found = tls_servers.find(port);
    return found == tls_servers.end() ? nullptr : found->second.get();
  }
  // Null: the port is not here.
  [[nodiscard]] const config::TenantDomains* tenant_domains(std::uint16_t port) const {
    const auto found = domains.find(port);
    return found == domains.end() ? nullptr : found->second.get();
  }
  [[nodiscard]] const TlsClient* tls_client(std::string_view backend) const {
    return tls_clients.find(backend);
  }
  // Null: it is not here.
  [[nodiscard]] const ReadyProvider* provider(std::string_view name) const {
    return providers.find(name);
  }
  // Null: no rule of it has a pattern.
  [[nodiscard]] const policy::UserPatterns* user_patterns(std::string_view server) const {
    return patterns.find(server);
  }
};

}  // namespace postern::net
