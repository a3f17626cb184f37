// Prepared: a snapshot with everything that could fail already done: TLS contexts of listeners and
// backends. Made on the control thread (adopt/prepare), then immutable and shared by the workers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "common/config/snapshot.h"
#include "proxy/net/tls_client.h"
#include "proxy/net/tls_server.h"

namespace postern::net {

struct Prepared {
  std::shared_ptr<const config::Snapshot> snapshot;
  std::map<std::uint16_t, std::shared_ptr<const TlsServer>> tls_servers;  // by port; none: no TLS
  std::map<std::string, std::shared_ptr<const TlsClient>, std::less<>> tls_clients;  // by BACKEND

  [[nodiscard]] const TlsServer* tls_server(std::uint16_t port) const {
    const auto found = tls_servers.find(port);
    return found == tls_servers.end() ? nullptr : found->second.get();
  }
  [[nodiscard]] const TlsClient* tls_client(std::string_view backend) const {
    const auto found = tls_clients.find(backend);
    return found == tls_clients.end() ? nullptr : found->second.get();
  }
};

}  // namespace postern::net
