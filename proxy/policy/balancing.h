// Balancing: in which order the members of a backend are tried for a user. Declared members keep
// their users whether they are ready or not; the endpoints of a Service share theirs among those
// that are ready. Pure: health comes in as a view.
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

// What this worker found out about the members of one backend.
class HealthView {
 public:
  virtual ~HealthView() = default;
  // False: connecting failed lately; it is tried after the others.
  [[nodiscard]] virtual bool usable(std::string_view endpoint) const = 0;
};

struct Candidate {
  std::string id;
  ServerAddress address;
};

enum class Nowhere : std::uint8_t {
  HomeAway,   // the user's own member is away, and nobody may stand in for it
  NoneReady,  // no endpoint is ready
};
[[nodiscard]] std::string_view name_of(Nowhere reason);

struct BalancingRequest {
  const config::Backend& backend;
  const config::EndpointSet& endpoints;
  Protocol protocol;
  std::string_view mailbox;  // canonical name
};

// Never empty when it succeeds. The first is where the user belongs.
[[nodiscard]] Result<std::vector<Candidate>, Nowhere> order_endpoints(
    const BalancingRequest& request, const HealthView& health);

}  // namespace postern::policy
