#include "controller/build/port_table.h"

#include <string>
#include <utility>

namespace postern::build {
namespace {

std::set<std::uint16_t> ports_of(const Claimant& claimant) {
  std::set<std::uint16_t> out;
  for (const ListenerWish& wish : claimant.wishes.listeners) out.insert(wish.port);
  return out;
}

}  // namespace

void PortTable::enter(Claimant& claimant) {
  claimant.outcomes.assign(claimant.wishes.listeners.size(), {});
  for (const std::uint16_t number : ports_of(claimant)) {
    ports_.try_emplace(number, number).first->second.enter(claimant);
    touched_.insert(number);
  }
}

void PortTable::leave(Claimant& claimant) {
  for (const std::uint16_t number : ports_of(claimant)) {
    ports_.at(number).leave(claimant);
    touched_.insert(number);
  }
  claimant.outcomes.clear();
}

void PortTable::mark_all() {
  for (auto& [number, port] : ports_) {
    port.mark();
    touched_.insert(number);
  }
}

PortTable::Decided PortTable::decide(const ClassRules& rules) {
  Decided out;
  for (const std::uint16_t number : std::exchange(touched_, {})) {
    Port& port = ports_.at(number);
    const bool was_open = port.is_open();
    Port::Decided decided = port.decide(rules, out.servers);
    if (decided.upsert) out.upserts.emplace_back(*std::move(decided.upsert));
    if (decided.removed) {
      out.removals.push_back({config::ResourceType::Listener, std::to_string(number)});
    }
    open_ += port.is_open() ? 1 : 0;
    open_ -= was_open ? 1 : 0;
    if (port.is_unused()) ports_.erase(number);
  }
  return out;
}

}  // namespace postern::build
