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
#include "common/config/endpoints.h"
#include "proxy/policy/balancing.h"

namespace postern::upstream {

struct HealthRecord {
  std::optional<Instant> last_success;
  std::optional<Instant> last_failure;
  std::uint32_t failures_in_a_row = 0;
};

struct HealthTerms {
  std::uint32_t failure_threshold = 3;  // healthCheck.failureThreshold's default
  Duration ejection{10'000};            // healthCheck.interval's default: then it is tried again
};

class Health {
 public:
  explicit Health(HealthTerms terms = {}) : terms_(terms) {}

  // A connection was made and the backend spoke its protocol; or it could not be made.
  void succeeded(std::string_view backend, std::string_view endpoint, Instant now);
  void failed(std::string_view backend, std::string_view endpoint, Instant now);

  // Unknown members are usable. After its ejection a member is usable, and one more failure puts
  // it out again.
  [[nodiscard]] bool usable(std::string_view backend, std::string_view endpoint, Instant now) const;
  [[nodiscard]] const HealthRecord* record(std::string_view backend,
                                           std::string_view endpoint) const;

  // The members of one backend at one moment, for balancing.
  class View final : public policy::HealthView {
   public:
    View(const Health& health, std::string_view backend, Instant now)
        : health_(health), backend_(backend), now_(now) {}
    [[nodiscard]] bool usable(std::string_view endpoint) const override {
      return health_.usable(backend_, endpoint, now_);
    }

   private:
    const Health& health_;
    std::string_view backend_;
    Instant now_;
  };
  [[nodiscard]] View view(std::string_view backend, Instant now) const {
    return {*this, backend, now};
  }

  // Forgets members that the backend no longer has; null: the backend is gone. Called when a
  // snapshot is adopted, so records are bounded by what is configured.
  void keep_only(std::string_view backend, const config::EndpointSet* endpoints);
  [[nodiscard]] std::size_t records() const;

 private:
  using Members = std::map<std::string, HealthRecord, std::less<>>;

  [[nodiscard]] HealthRecord& at(std::string_view backend, std::string_view endpoint);

  HealthTerms terms_;
  std::map<std::string, Members, std::less<>> backends_;
};

}  // namespace postern::upstream
