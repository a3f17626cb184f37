#include "proxy/policy/balancing.h"

#include <algorithm>

#include "proxy/policy/hash_key.h"
#include "proxy/policy/placement.h"

namespace postern::policy {
namespace {

using config::BalancingPolicy;
using config::Endpoint;
using config::EndpointState;
using Order = std::vector<const Endpoint*>;

Candidate candidate(const Endpoint& endpoint, Protocol protocol) {
  ServerAddress address;
  address.ip = endpoint.address;
  address.port = endpoint.port(protocol);
  return {endpoint.id, address};
}

bool serves(const Endpoint& endpoint, Protocol protocol) {
  return endpoint.state != EndpointState::NotReady && endpoint.port(protocol) != 0;
}

const Endpoint* endpoint_named(const config::EndpointSet& set, std::string_view id) {
  const auto found = std::ranges::lower_bound(set.endpoints, id, {}, &Endpoint::id);
  return found == set.endpoints.end() || found->id != id ? nullptr : &*found;
}

Order ranked(const BalancingRequest& request, const std::vector<Member>& members) {
  const std::string hashed =
      hashed_text(request.backend.balancing.hash_key, request.mailbox, request.client);
  Order out;
  for (const std::size_t i : rank(request.backend.seed, members, hashed)) {
    out.push_back(endpoint_named(request.endpoints, members[i].id));  // null: has no endpoint now
  }
  return out;
}

// Declared members: all are ranked, present or not, so that a user's home does not depend on who is
// up. A declared member has the weight 1.
Order rank_declared(const BalancingRequest& request) {
  std::vector<Member> members;
  for (const std::string& id : request.backend.declared_members) members.push_back({id, 1});
  return ranked(request, members);
}

// The endpoints of a Service: the ready ones; if there are none, those that still serve while they
// end, which is better than nobody.
Order rank_ready(const BalancingRequest& request) {
  for (const EndpointState wanted : {EndpointState::Ready, EndpointState::ServingTerminating}) {
    std::vector<Member> members;
    for (const Endpoint& endpoint : request.endpoints.endpoints) {
      if (endpoint.state == wanted && serves(endpoint, request.protocol)) {
        members.push_back({endpoint.id, endpoint.weight});
      }
    }
    if (!members.empty()) return ranked(request, members);
  }
  return {};
}

bool is_full(const config::Backend& backend, const Endpoint& endpoint, const MembersView& members) {
  const std::uint32_t most = backend.max_sessions_per_member;
  return most != 0 && members.sessions(endpoint.id) >= most;
}

// The fewest sessions for a member's weight, counted with the one that comes. Equal ones stay in
// the order of the hash, so every proxy would choose alike.
void put_fewest_first(Order& order, const MembersView& members) {
  struct Load {
    const Endpoint* endpoint;
    std::uint64_t sessions;
  };
  std::vector<Load> loads;
  for (const Endpoint* one : order) loads.push_back({one, members.sessions(one->id) + 1ULL});
  std::ranges::stable_sort(loads, [](const Load& a, const Load& b) {
    const std::uint32_t wa = a.endpoint->weight;
    const std::uint32_t wb = b.endpoint->weight;
    if (wa == 0 || wb == 0) return wa != 0 && wb == 0;  // 0: never while another one is above it
    return a.sessions * wb < b.sessions * wa;
  });
  std::ranges::transform(loads, order.begin(), &Load::endpoint);
}

// A member and the group that it is in, the best first: usable and ready ones, then those that end,
// then those that failed; in each the proxy's own zone before others, where that is wished.
struct Grouped {
  int group;
  const Endpoint* endpoint;
};

std::vector<Grouped> grouped(const BalancingRequest& request, const MembersView& members,
                             const Order& order) {
  const std::string_view zone =
      request.backend.balancing.prefers_zone ? request.zone : std::string_view();
  std::vector<Grouped> out;
  out.reserve(order.size());
  for (const Endpoint* one : order) {
    const int group = (members.usable(one->id) ? 0 : 4) +
                      (one->state == EndpointState::Ready ? 0 : 2) +
                      (zone.empty() || one->zone == zone ? 0 : 1);
    out.push_back({group, one});
  }
  return out;
}

// In each group another one is the first each time.
void rotate_groups(std::vector<Grouped>& all, std::uint64_t turn) {
  for (auto begin = all.begin(); begin != all.end();) {
    const auto end = std::find_if(begin, all.end(),
                                  [&](const Grouped& one) { return one.group != begin->group; });
    const auto size = static_cast<std::uint64_t>(end - begin);
    std::rotate(begin, begin + static_cast<std::ptrdiff_t>(turn % size), end);
    begin = end;
  }
}

// Each group keeps the order of the policy.
void arrange(const BalancingRequest& request, const MembersView& members, Order& order) {
  const BalancingPolicy policy = request.backend.balancing.policy;
  if (policy == BalancingPolicy::LeastConnections) put_fewest_first(order, members);
  if (policy == BalancingPolicy::RoundRobin) {
    std::ranges::sort(order, {}, [](const Endpoint* one) { return std::string_view(one->id); });
  }
  std::vector<Grouped> all = grouped(request, members, order);
  std::ranges::stable_sort(all, {}, &Grouped::group);
  if (policy == BalancingPolicy::RoundRobin) rotate_groups(all, request.turn);
  std::ranges::transform(all, order.begin(), &Grouped::endpoint);
}

// Only at home is his mail. What health says does not count: nobody can stand in for the home, and
// an attempt that fails is told just the same.
Result<Order, Nowhere> home_alone(const BalancingRequest& request, const MembersView& members,
                                  const Order& ranked) {
  if (ranked.empty()) return Fail<Nowhere>(Nowhere::NoneReady);
  const Endpoint* home = ranked.front();
  if (home == nullptr || !serves(*home, request.protocol)) return Fail<Nowhere>(Nowhere::HomeAway);
  if (is_full(request.backend, *home, members)) return Fail<Nowhere>(Nowhere::HomeFull);
  return Order{home};
}

Result<Order, Nowhere> whoever_can(const BalancingRequest& request, const MembersView& members,
                                   Order order) {
  std::erase_if(order, [&](const Endpoint* one) {
    return one == nullptr || !serves(*one, request.protocol);
  });
  if (order.empty()) return Fail<Nowhere>(Nowhere::NoneReady);
  std::erase_if(order,
                [&](const Endpoint* one) { return is_full(request.backend, *one, members); });
  if (order.empty()) return Fail<Nowhere>(Nowhere::AllFull);
  arrange(request, members, order);
  return order;
}

}  // namespace

std::string_view name_of(Nowhere reason) {
  switch (reason) {
    case Nowhere::HomeAway: return "home_away";
    case Nowhere::HomeFull: return "home_full";
    case Nowhere::NoneReady: return "none_ready";
    case Nowhere::AllFull: return "all_full";
  }
  return "?";
}

Result<std::vector<Candidate>, Nowhere> order_endpoints(const BalancingRequest& request,
                                                        const MembersView& members) {
  const config::Backend& backend = request.backend;
  const bool nobody_stands_in = backend.on_unavailable == config::OnUnavailable::TemporaryFailure;
  const bool has_home = backend.balancing.policy == BalancingPolicy::ConsistentHash;
  auto order = backend.declared_members.empty() ? rank_ready(request) : rank_declared(request);
  auto chosen = nobody_stands_in && has_home ? home_alone(request, members, order)
                                             : whoever_can(request, members, std::move(order));
  if (!chosen) return Fail<Nowhere>(chosen.error());
  // Where there is no home, whoever is chosen is the only one that is tried.
  if (nobody_stands_in) chosen->resize(1);
  std::vector<Candidate> out;
  for (const Endpoint* endpoint : *chosen) out.push_back(candidate(*endpoint, request.protocol));
  return out;
}

}  // namespace postern::policy
