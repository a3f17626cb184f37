// Health: what one worker found out about the members of backends, by real sessions alone. A member
// whose connections failed several times in a row is put behind the others for a short while; then
// the next session tries it again. Belongs to one worker: no locks. Time comes in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/config/balancing.h"
#include "common/config/endpoints.h"

namespace postern::upstream {

struct HealthRecord {
  std::optional<Instant> last_success;
  std::optional<Instant> last_failure;
  std::uint32_t failures_in_a_row = 0;
};

// By which rules a member is judged, and when.
struct HealthMoment {
  const config::HealthCheck& check;
  Instant now;
};

class Health {
 public:
  // A connection was made and the backend spoke its protocol; or it could not be made.
  void succeeded(std::string_view backend, std::string_view endpoint, Instant now);
  void failed(std::string_view backend, std::string_view endpoint, Instant now);

  // Unknown members are usable. One that failed `failureThreshold` times in a row is put out for an
  // `interval`; then it is usable, and one more failure puts it out again.
  [[nodiscard]] bool usable(std::string_view backend, std::string_view endpoint,
                            HealthMoment at) const;
  [[nodiscard]] const HealthRecord* record(std::string_view backend,
                                           std::string_view endpoint) const;

  // Forgets members that the backend no longer has; null: the backend is gone. Called when a
  // snapshot is adopted, so records are bounded by what is configured.
  void keep_only(std::string_view backend, const config::EndpointSet* endpoints);
  [[nodiscard]] std::size_t records() const;

 private:
  using Members = std::map<std::string, HealthRecord, std::less<>>;

  [[nodiscard]] HealthRecord& at(std::string_view backend, std::string_view endpoint);

  std::map<std::string, Members, std::less<>> backends_;
};

}  // namespace postern::upstream
