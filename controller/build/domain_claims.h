// DomainClaims: mail domains that several MailServers name, themselves or in tables. On each port
// the oldest of those who are served there has it; the others keep the rest, and are told. No
// resource says so: a proxy finds the owner by the order of tenants. Nothing is kept of the domains
// themselves, so a table of a hundred thousand costs nothing while no domain changes, and some
// milliseconds when one does. Private to this room; on the control loop's thread.
#pragma once

#include <map>
#include <set>

#include "controller/build/claims.h"

namespace postern::build {

class DomainClaims {
 public:
  // A claimant stays where it is until it leaves; its domains do not change in between.
  void enter(Claimant& claimant);
  void leave(const Claimant& claimant);
  // Somebody is served where it was not, or is no more.
  void mark() { marked_ = true; }

  // Leaves in each claimant what it lost. The answer: those who lost other domains than before.
  [[nodiscard]] std::set<model::ObjectKey> decide();

 private:
  std::map<Age, Claimant*> claimants_;  // that name domains
  bool marked_ = false;
};

}  // namespace postern::build
