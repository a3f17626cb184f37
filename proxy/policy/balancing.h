// Balancing: in which order the members of a backend are tried for a session. Declared members keep
// their users whether they are ready or not; the endpoints of a Service share theirs among those
// that are ready. By the hash (docs/placement.md), by the fewest sessions, or in turn.
// Pure: health, counts and turns come in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/mail.h"
#include "common/base/result.h"
#include "common/config/backend.h"
#include "common/config/endpoints.h"

namespace postern::policy {

// What this proxy knows of the members of one backend now.
class MembersView {
 public:
  virtual ~MembersView() = default;
  // False: it failed lately, or its checks do; it is tried after the others.
  [[nodiscard]] virtual bool usable(std::string_view endpoint) const = 0;
  // Sessions that this proxy has there.
  [[nodiscard]] virtual std::uint32_t sessions(std::string_view endpoint) const = 0;
};

struct Candidate {
  std::string id;
  ServerAddress address;
};

enum class Nowhere : std::uint8_t {
  HomeAway,   // the user's own member is away, and nobody may stand in for it
  HomeFull,   // it has as many sessions as it may have
  NoneReady,  // no endpoint is ready
  AllFull,    // those that are have as many sessions as they may have
};
[[nodiscard]] std::string_view name_of(Nowhere reason);

struct BalancingRequest {
  const config::Backend& backend;
  const config::EndpointSet& endpoints;
  Protocol protocol;
  std::string_view mailbox;    // canonical name
  IpAddress client = {};       // for the hash key Source
  std::string_view zone = {};  // the proxy's own; empty: not known, then no zone is preferred
  std::uint64_t turn = 0;      // RoundRobin: how many came before this one
};

// Never empty when it succeeds. With the hash the first is where the user belongs.
[[nodiscard]] Result<std::vector<Candidate>, Nowhere> order_endpoints(
    const BalancingRequest& request, const MembersView& members);

}  // namespace postern::policy
