#include "controller/build/port.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "controller/build/asking.h"
#include "controller/build/class_rules.h"

namespace postern::build {

// Null: it wants the port twice, or not at all.
const ListenerWish* Port::only_wish(const Claimant& claimant) const {
  const ListenerWish* out = nullptr;
  for (const ListenerWish& wish : claimant.wishes.listeners) {
    if (wish.port != number_) continue;
    if (out != nullptr) return nullptr;
    out = &wish;
  }
  return out;
}

void Port::count(const Wishes& wishes, int change) {
  for (const HostnameWish& hostname : wishes.hostnames) {
    const auto entry = wanted_.try_emplace(hostname.name, 0).first;
    entry->second += change;
    if (entry->second == 0) wanted_.erase(entry);
  }
}

bool Port::alone_wants(const Wishes& wishes) const {
  return !wishes.hostnames.empty() &&
         std::ranges::all_of(wishes.hostnames, [&](const HostnameWish& hostname) {
           return wanted_.at(hostname.name) == 1;
         });
}

void Port::enter(Claimant& claimant) {
  claimants_[claimant.wishes.age] = &claimant;
  count(claimant.wishes, +1);
  if (!marked_ && !enter_simply(claimant)) marked_ = true;
}

void Port::leave(const Claimant& claimant) {
  if (!marked_ && !leave_simply(claimant)) marked_ = true;
  count(claimant.wishes, -1);
  claimants_.erase(claimant.wishes.age);
}

// Who is of the kind that the port already is, with names of its own, takes nothing from anybody,
// however old it is.
bool Port::enter_simply(Claimant& claimant) {
  const ListenerWish* wish = only_wish(claimant);
  if (wish == nullptr || ages_.empty() || !alone_wants(claimant.wishes)) return false;
  if (!wish->off.reason.empty()) return false;
  if (listener().protocol != wish->protocol || listener().tls != wish->tls) return false;
  if (listener().proxy_protocol != wish->proxy_protocol) return false;
  const Age& age = claimant.wishes.age;
  const auto index = std::ranges::lower_bound(ages_, age) - ages_.begin();
  const auto out = taken_out_.find(age);
  const Place place{tenant_of(claimant.wishes, *wish), claimant.wishes.source};
  if (out != taken_out_.end() && out->second == place) {
    taken_out_.erase(out);
  } else {
    put_in_.insert(age);
  }
  ages_.insert(ages_.begin() + index, age);
  listener().tenants.insert(static_cast<std::size_t>(index), place.first);
  sources_.insert(sources_.begin() + index, place.second);
  const auto at = static_cast<std::size_t>(wish - claimant.wishes.listeners.data());
  claimant.outcomes[at] = outcome_of_served(*wish);
  return true;
}

// Who was not the oldest, which decides what the port is, and whose names nobody else wants, leaves
// nothing for anybody.
bool Port::leave_simply(const Claimant& claimant) {
  const ListenerWish* wish = only_wish(claimant);
  if (wish == nullptr || ages_.empty() || !alone_wants(claimant.wishes)) return false;
  const Age& age = claimant.wishes.age;
  const auto found = std::ranges::lower_bound(ages_, age);
  if (found == ages_.begin() || found == ages_.end() || *found != age) return false;
  const auto index = found - ages_.begin();
  const auto at = static_cast<std::size_t>(index);
  const auto source = sources_.begin() + index;
  if (put_in_.erase(age) == 0) taken_out_[age] = {listener().tenants[at], std::move(*source)};
  listener().tenants.erase(at);
  sources_.erase(source);
  ages_.erase(found);
  return true;
}

void Port::ask_all(const ClassRules& rules, std::set<model::ObjectKey>& others) {
  Asking asking(number_);
  for (const auto& [age, claimant] : claimants_) {
    for (std::size_t i = 0; i < claimant->wishes.listeners.size(); ++i) {
      const ListenerWish& wish = claimant->wishes.listeners[i];
      if (wish.port != number_) continue;
      Outcome outcome = asking.ask(*claimant, wish);
      if (outcome == claimant->outcomes[i]) continue;
      claimant->outcomes[i] = std::move(outcome);
      others.insert(claimant->key);
    }
  }
  auto& listener = asking.resource.get<config::Listener>();
  rules.apply_to(listener);
  // Last, so that tenants and sources have the same places.
  if (auto source = rules.source_of(listener); source && !listener.tenants.empty()) {
    asking.sources.push_back(*std::move(source));
  }
  if (!listener.addresses.empty()) {
    asking.resource.required_features = {std::string(config::kListenerAddresses)};
  }
  if (listener.proxy_protocol) {
    asking.resource.required_features.emplace_back(config::kListenerProxyProtocol);
  }
  resource_ = std::move(asking.resource);
  sources_ = std::move(asking.sources);
  resource_.sources = sources_;
  ages_ = std::move(asking.ages);
}

Port::Decided Port::decide(const ClassRules& rules, std::set<model::ObjectKey>& others) {
  Decided out;
  bool changed = !taken_out_.empty() || !put_in_.empty();
  if (std::exchange(marked_, false)) {
    const bool edited = std::exchange(changed, false);
    const config::Resource before = std::move(resource_);
    ask_all(rules, others);
    changed = edited || before.body != resource_.body || before.sources != resource_.sources;
  }
  taken_out_.clear();
  put_in_.clear();
  const bool open = !ages_.empty();
  out.removed = given_ && !open;
  if (open && (changed || !given_)) {
    resource_.sources = sources_;
    out.upsert = resource_;
  }
  given_ = open;
  return out;
}

}  // namespace postern::build
