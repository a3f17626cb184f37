#include "proxy/policy/balancing.h"

#include <algorithm>

#include "proxy/policy/placement.h"

namespace postern::policy {
namespace {

using config::Endpoint;
using config::EndpointState;

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

std::vector<const Endpoint*> ranked(const BalancingRequest& request,
                                    const std::vector<Member>& members) {
  std::vector<const Endpoint*> out;
  for (const std::size_t i : rank(request.backend.seed, members, request.mailbox)) {
    out.push_back(endpoint_named(request.endpoints, members[i].id));  // null: has no endpoint now
  }
  return out;
}

// Declared members: all are ranked, present or not, so that a user's home does not depend on who is
// up. A declared member has the weight 1.
std::vector<const Endpoint*> rank_declared(const BalancingRequest& request) {
  std::vector<Member> members;
  for (const std::string& id : request.backend.declared_members) members.push_back({id, 1});
  return ranked(request, members);
}

// The endpoints of a Service: the ready ones; if there are none, those that still serve while they
// end, which is better than nobody.
std::vector<const Endpoint*> rank_ready(const BalancingRequest& request) {
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

// Members that failed lately go last and those that end go after the ready ones; each group keeps
// the order of the ranking.
void put_doubtful_last(std::vector<const Endpoint*>& order, const HealthView& health) {
  const auto doubt = [&](const Endpoint* endpoint) {
    return (health.usable(endpoint->id) ? 0 : 2) +
           (endpoint->state == EndpointState::Ready ? 0 : 1);
  };
  std::ranges::stable_sort(order, {}, doubt);
}

}  // namespace

std::string_view name_of(Nowhere reason) {
  switch (reason) {
    case Nowhere::HomeAway: return "home_away";
    case Nowhere::NoneReady: return "none_ready";
  }
  return "?";
}

Result<std::vector<Candidate>, Nowhere> order_endpoints(const BalancingRequest& request,
                                                        const HealthView& health) {
  const bool declared = !request.backend.declared_members.empty();
  auto order = declared ? rank_declared(request) : rank_ready(request);
  const auto away = [&](const Endpoint* endpoint) {
    return endpoint == nullptr || !serves(*endpoint, request.protocol);
  };
  if (request.backend.on_unavailable == config::OnUnavailable::TemporaryFailure) {
    // Only at home is his mail. What health says does not count: nobody can stand in for the home,
    // and an attempt that fails is told just the same.
    if (order.empty()) return Fail<Nowhere>(Nowhere::NoneReady);
    if (away(order.front())) return Fail<Nowhere>(Nowhere::HomeAway);
    return std::vector<Candidate>{candidate(*order.front(), request.protocol)};
  }
  std::erase_if(order, away);
  if (order.empty()) return Fail<Nowhere>(Nowhere::NoneReady);
  put_doubtful_last(order, health);
  std::vector<Candidate> out;
  for (const Endpoint* endpoint : order) out.push_back(candidate(*endpoint, request.protocol));
  return out;
}

}  // namespace postern::policy
