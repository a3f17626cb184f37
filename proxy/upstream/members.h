// Members: what one worker knows of the members of backends: its own handles on what all workers
// share, and whose turn it is. View puts that and the worker's own health together for balancing.
// Belongs to one worker: no locks but the table's, when a member is met first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/config/balancing.h"
#include "common/config/endpoints.h"
#include "proxy/policy/balancing.h"
#include "proxy/upstream/health.h"
#include "proxy/upstream/member_table.h"

namespace postern::upstream {

class Members {
 public:
  // Turns begin at `first`, so that workers do not all begin with the same member.
  Members(MemberTable& table, std::uint64_t first) : table_(table), first_(first) {}

  [[nodiscard]] const std::shared_ptr<MemberState>& of(std::string_view backend,
                                                       std::string_view endpoint);
  // Of RoundRobin: another number each time.
  [[nodiscard]] std::uint64_t next_turn(std::string_view backend);
  // Forgets members that the backend no longer has; null: the backend is gone.
  void keep_only(std::string_view backend, const config::EndpointSet* endpoints);
  [[nodiscard]] std::size_t known() const;

 private:
  struct Backend {
    std::map<std::string, std::shared_ptr<MemberState>, std::less<>> members;
    std::uint64_t turn = 0;
  };
  [[nodiscard]] Backend& at(std::string_view backend);

  MemberTable& table_;
  std::uint64_t first_;
  std::map<std::string, Backend, std::less<>> backends_;
};

// The members of one backend at one moment.
class View final : public policy::MembersView {
 public:
  struct Of {
    std::string_view backend;  // BACKEND resource
    const config::HealthCheck& check;
    Instant now;
  };
  View(const Health& health, Members& members, Of of)
      : health_(health), members_(members), of_(of) {}

  [[nodiscard]] bool usable(std::string_view endpoint) const override;
  [[nodiscard]] std::uint32_t sessions(std::string_view endpoint) const override;

 private:
  const Health& health_;
  Members& members_;
  Of of_;
};

}  // namespace postern::upstream
