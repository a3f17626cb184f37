#include "proxy/upstream/check_list.h"

#include <algorithm>
#include <utility>

#include "common/base/digest.h"

namespace postern::upstream {

namespace {

// Where in its interval a member is asked.
Duration place_of(const std::string& backend, const std::string& id, Duration interval) {
  const std::uint64_t hash = siphash24({}, backend + '\0' + id);
  return Duration(static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(interval.count())));
}

bool is_same(const CheckedMember& a, const CheckedMember& b) {
  return a.address == b.address && a.wish == b.wish && a.check == b.check;
}

// The first protocol that both have: a member that answers one of its protocols is there.
const config::BackendPort* port_of(const config::Backend& backend,
                                   const config::Endpoint& endpoint) {
  const auto found = std::ranges::find_if(backend.ports, [&](const config::BackendPort& port) {
    return endpoint.port(port.protocol) != 0;
  });
  return found == backend.ports.end() ? nullptr : &*found;
}

}  // namespace

// Those that are not ready get nobody anyhow.
void CheckList::list(const std::string& name, const config::Backend& backend,
                     const config::EndpointSet& endpoints, Listed& into) const {
  for (const config::Endpoint& endpoint : endpoints.endpoints) {
    const config::BackendPort* port = port_of(backend, endpoint);
    if (port == nullptr || endpoint.state == config::EndpointState::NotReady) continue;
    const bool greeting = backend.health.mode == config::HealthMode::Greeting;
    CheckedMember member{name,
                         endpoint.id,
                         ServerAddress{{endpoint.address, endpoint.port(port->protocol)}},
                         {*port, greeting},
                         backend.health,
                         table_.find(name, endpoint.id)};
    into.insert_or_assign(Key(name, endpoint.id), std::move(member));
  }
}

void CheckList::follow(const config::Snapshot& snapshot, Instant now) {
  Listed listed;
  out_.clear();
  snapshot.each([&](const config::Snapshot::Held& held) {
    const auto* backend = held->as<config::Backend>();
    if (backend == nullptr || !backend->health.is_active()) return;
    out_[held->name] = 0;
    if (const auto* set = snapshot.endpoints(held->name)) list(held->name, *backend, *set, listed);
  });
  for (auto& [key, member] : members_) {
    const auto found = listed.find(key);
    if (found != listed.end() && is_same(found->second, member)) {
      found->second = std::move(member);
    } else {
      member.state->out.store(false, std::memory_order_relaxed);  // nobody asks any more
    }
  }
  members_ = std::move(listed);
  due_.clear();
  for (auto& [key, member] : members_) {
    if (member.due == Instant{}) {
      member.due = now + place_of(member.backend, member.id, member.check.interval);
    }
    due_.emplace(member.due, key);
  }
  count_out();
}

CheckedMember* CheckList::take_due(Instant now) {
  while (!due_.empty() && due_.begin()->first <= now) {
    Key key = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    CheckedMember& member = members_.at(key);
    member.due = std::max(member.due + member.check.interval, now);
    due_.emplace(member.due, std::move(key));
    if (!std::exchange(member.asked, true)) return &member;
  }
  return nullptr;
}

std::optional<Instant> CheckList::next_due() const {
  if (due_.empty()) return std::nullopt;
  return due_.begin()->first;
}

CheckedMember* CheckList::find(const std::string& backend, const std::string& id) {
  const auto found = members_.find(Key(backend, id));
  return found == members_.end() ? nullptr : &found->second;
}

Turned CheckList::note(CheckedMember& member, bool well) {
  member.asked = false;
  member.failures = well ? 0 : member.failures + 1;
  member.successes = well ? member.successes + 1 : 0;
  const bool was_out = member.state->out.load(std::memory_order_relaxed);
  const bool turns = was_out ? member.successes >= member.check.success_threshold
                             : member.failures >= member.check.failure_threshold;
  if (!turns) return Turned::Nothing;
  member.state->out.store(!was_out, std::memory_order_relaxed);
  out_[member.backend] += was_out ? static_cast<std::uint32_t>(-1) : 1U;
  return was_out ? Turned::Back : Turned::Out;
}

void CheckList::count_out() {
  for (const auto& [key, member] : members_) {
    if (member.state->out.load(std::memory_order_relaxed)) ++out_[member.backend];
  }
}

}  // namespace postern::upstream
