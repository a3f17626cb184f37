// Where proxies may connect (mailserver.md 8, "Egress"), judged by the address that is dialled.
// Pure. Private to this room.
#pragma once

#include <optional>
#include <vector>

#include "common/base/address.h"

namespace postern::build {

// Where that is judged.
struct EgressGround {
  bool in_cluster = false;           // else in a directory, where loopback is open by default
  std::vector<Network> api_servers;  // of the cluster
};

// `allowed` is egress.allowedCIDRs of the class; nothing: the default, where loopback is allowed in
// a directory, and link-local (metadata services of clouds) and the API server are not. The three
// are opened only by an entry that lies within them, never by 0.0.0.0/0.
[[nodiscard]] bool egress_allows(const std::optional<std::vector<Network>>& allowed,
                                 const IpAddress& address, const EgressGround& ground = {});

// What of `wanted` proxies may connect to, as networks in order.
[[nodiscard]] std::vector<Network> egress_within(const std::optional<std::vector<Network>>& allowed,
                                                 const std::vector<Network>& wanted,
                                                 const EgressGround& ground = {});

// The entry opens loopback, link-local addresses or the API server: it lies within them.
[[nodiscard]] bool opens_protected(const Network& entry, const EgressGround& ground = {});

}  // namespace postern::build
