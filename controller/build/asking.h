// Asking: one port while its claimants are asked, the oldest first. Private to this room.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "common/config/resource.h"
#include "controller/build/claims.h"

namespace postern::build {

// What a wish comes to that is off, whoever else is there.
[[nodiscard]] Outcome outcome_of_off(const ListenerWish& wish);
// What one comes to that is served with every name.
[[nodiscard]] Outcome outcome_of_served(const ListenerWish& wish);
[[nodiscard]] config::Tenant tenant_of(const Wishes& wishes, const ListenerWish& wish);

class Asking {
 public:
  explicit Asking(std::uint16_t port);

  [[nodiscard]] Outcome ask(const Claimant& claimant, const ListenerWish& wish);

  config::Resource resource;
  std::vector<Age> ages;                   // of its tenants
  std::vector<config::SourceRef> sources;  // likewise; not in the resource yet

 private:
  [[nodiscard]] config::Listener& listener() { return resource.get<config::Listener>(); }

  std::unordered_set<std::string_view> taken_;  // names stand in the claimants
};

}  // namespace postern::build
