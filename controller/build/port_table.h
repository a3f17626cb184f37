// PortTable: LISTENER resources, by port. Only ports that somebody asks another thing of are looked
// at again, so one of a thousand tenants costs nothing as long as its wishes stay. Private to this
// room; on the control loop's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "common/config/fresh_resource.h"
#include "common/config/resource.h"
#include "controller/build/claims.h"
#include "controller/build/port.h"

namespace postern::build {

class PortTable {
 public:
  // A claimant stays where it is until it leaves; its wishes do not change in between.
  void enter(Claimant& claimant);
  void leave(Claimant& claimant);
  // Everybody is to be asked again: the class is another.
  void mark_all();

  struct Decided {
    std::vector<config::FreshResource> upserts;
    std::vector<config::ResourceKey> removals;
    std::set<model::ObjectKey> servers;  // those whose outcomes are others than before
  };
  [[nodiscard]] Decided decide(const ClassRules& rules);

  [[nodiscard]] std::size_t size() const { return open_; }  // LISTENER resources

 private:
  std::map<std::uint16_t, Port> ports_;
  std::set<std::uint16_t> touched_;
  std::size_t open_ = 0;
};

}  // namespace postern::build
