// One preparation under way: what the parts of Preparer work on. Private to this room; control
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "common/config/snapshot.h"
#include "proxy/adopt/candidate.h"
#include "proxy/adopt/doubts.h"
#include "proxy/adopt/prepare.h"

namespace postern::adopt {

struct Preparer::Work {
  Candidate all;
  config::Snapshot::Draft effective;
  net::TlsClients::Draft clients;
  net::ReadyProviders::Draft providers;
  net::ReadyPatterns::Draft patterns;
  std::map<std::uint16_t, std::shared_ptr<const net::TlsServer>> servers;
  std::map<std::uint16_t, std::shared_ptr<const config::TenantDomains>> domains;
  std::vector<std::shared_ptr<const void>> read_pairs = {};  // so that they are read once
  Touched touched = {};                                      // servers that were looked at, or went
};

[[nodiscard]] inline std::shared_ptr<const config::Listener> listener_in(const Held& held) {
  return {held, &held->get<config::Listener>()};
}

}  // namespace postern::adopt
