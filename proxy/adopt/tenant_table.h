// TenantTable: the tenants of TLS listeners, made ready, by SERVER and protocol. One is made anew
// only when its TLS settings or a key pair of it changed; the others are shared by every snapshot.
// Control thread.
#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "proxy/adopt/candidate.h"
#include "proxy/net/tls_tenant.h"

namespace postern::adopt {

class TenantTable {
 public:
  // Something of this server may be other than before.
  void doubt(const std::string& server);
  // Null: it cannot be made, and something has been refused in `all`. The server is there, with its
  // key pairs.
  [[nodiscard]] net::ReadyTenant find(Protocol protocol, const std::string& server, Candidate& all,
                                      net::TlsShared& tls);
  // Forgets doubted ones that nobody asked for since: their keys are not kept for nobody.
  void forget_doubted();

 private:
  struct Entry {
    Held server;
    std::vector<Held> secrets;  // in order of the refs
    std::vector<std::pair<Protocol, net::ReadyTenant>> ready;
    bool is_doubted = true;
  };
  void refresh(Entry& entry, const std::string& server, const Candidate& all) const;

  std::unordered_map<std::string, Entry> entries_;
  std::set<std::string> doubted_;
};

}  // namespace postern::adopt
