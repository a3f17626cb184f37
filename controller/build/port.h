// Port: one port that MailServers share, and its LISTENER resource. Whoever is older is asked first
// and has what it asks for; the loser is told what is off, and never who has it: that may be in
// another namespace. Whoever wants what nobody else wants, as nearly all do, comes and goes without
// the others being asked again. Private to this room; on the control loop's thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/config/resource.h"
#include "controller/build/claims.h"

namespace postern::build {

class Port {
 public:
  explicit Port(std::uint16_t number) : number_(number) {}

  void enter(Claimant& claimant);
  void leave(const Claimant& claimant);
  // Everybody is to be asked again.
  void mark() { marked_ = true; }

  struct Decided {
    std::optional<config::Resource> upsert;
    bool removed = false;
  };
  // Those whose outcomes are others than before are added to `others`.
  [[nodiscard]] Decided decide(const ClassRules& rules, std::set<model::ObjectKey>& others);

  [[nodiscard]] bool is_open() const { return given_; }
  [[nodiscard]] bool is_unused() const { return claimants_.empty() && !given_; }

 private:
  using Place = std::pair<config::Tenant, config::SourceRef>;

  [[nodiscard]] const ListenerWish* only_wish(const Claimant& claimant) const;
  [[nodiscard]] bool alone_wants(const Wishes& wishes) const;
  void count(const Wishes& wishes, int change);
  [[nodiscard]] bool enter_simply(Claimant& claimant);
  [[nodiscard]] bool leave_simply(const Claimant& claimant);
  void ask_all(const ClassRules& rules, std::set<model::ObjectKey>& others);
  [[nodiscard]] config::Listener& listener() { return resource_.get<config::Listener>(); }

  std::uint16_t number_;
  std::map<Age, Claimant*> claimants_;
  std::unordered_map<std::string, int> wanted_;  // hostnames: by how many claimants
  bool marked_ = true;
  config::Resource resource_;
  std::vector<Age> ages_;                   // of its tenants
  std::vector<config::SourceRef> sources_;  // likewise; packed when the resource is given
  std::map<Age, Place> taken_out_;          // of what was given last, without asking the others
  std::set<Age> put_in_;
  bool given_ = false;  // it has a tenant, and somebody was told so
};

}  // namespace postern::build
