// PortTable: LISTENER resources, the ports that MailServers share. Whoever is older is asked first
// and has what it asks for; the loser is told what is off, and never who has it: that may be in
// another namespace. Only ports that somebody asks another thing of are decided anew, so one of a
// thousand tenants costs nothing as long as its wishes stay. Private to this room; on the control
// loop's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/config/resource.h"
#include "controller/build/claims.h"

namespace postern::build {

class PortTable {
 public:
  // A claimant stays where it is until it leaves; its wishes do not change in between.
  void enter(Claimant& claimant);
  void leave(Claimant& claimant);
  // Every port has to be decided anew: the class is another.
  void mark_all();

  struct Decided {
    std::vector<config::Resource> upserts;
    std::vector<config::ResourceKey> removals;
    std::set<model::ObjectKey> servers;  // those whose outcomes are others than before
  };
  [[nodiscard]] Decided decide(const ClassRules& rules);

  [[nodiscard]] std::size_t size() const { return open_; }  // LISTENER resources

 private:
  struct Port {
    std::map<Age, Claimant*> claimants;
    config::Resource listener;
    bool open = false;  // it has a tenant, so `listener` was given
  };
  void publish(Port& port, config::Resource listener, Decided& out);

  std::map<std::uint16_t, Port> ports_;
  std::set<std::uint16_t> marked_;
  std::size_t open_ = 0;
};

}  // namespace postern::build
