#include "controller/build/members.h"

#include <fmt/format.h>

#include "controller/build/words.h"

namespace postern::build {

namespace {

config::BalancingPolicy policy_word(std::string_view word) {
  if (word == "LeastConnections") return config::BalancingPolicy::LeastConnections;
  if (word == "RoundRobin") return config::BalancingPolicy::RoundRobin;
  return config::BalancingPolicy::ConsistentHash;
}

config::HashKey hash_key_word(std::string_view word) {
  if (word == "Domain") return config::HashKey::Domain;
  if (word == "Source") return config::HashKey::Source;
  return config::HashKey::User;
}

config::HealthMode health_mode_word(std::string_view word) {
  if (word == "Passive") return config::HealthMode::Passive;
  if (word == "Connect") return config::HealthMode::Connect;
  if (word == "Disabled") return config::HealthMode::Disabled;
  return config::HealthMode::Greeting;
}

config::HealthCheck health_of(const model::HealthCheckSpec& spec) {
  return {health_mode_word(spec.mode), spec.interval, spec.timeout, spec.failure_threshold,
          spec.success_threshold};
}

}  // namespace

void add_members(const model::BackendSpec& spec, config::Backend& backend) {
  std::vector<std::string>& members = backend.declared_members;
  if (const auto* set = std::get_if<model::StatefulSetBackend>(&spec.where)) {
    for (std::uint32_t i = 0; i < set->members; ++i) {
      members.push_back(fmt::format("{}-{}", set->stateful_set.name, i));
    }
    backend.on_unavailable = config::OnUnavailable::TemporaryFailure;
  }
  if (const auto* addresses = std::get_if<model::AddressesBackend>(&spec.where)) {
    for (const model::AddressMember& member : addresses->members) members.push_back(member.name);
  }
  const model::BalancingSpec& balancing = spec.members.balancing;
  if (!balancing.on_unavailable.empty()) {
    backend.on_unavailable = on_unavailable_word(balancing.on_unavailable);
  }
  backend.balancing = {policy_word(balancing.policy), hash_key_word(balancing.hash_key),
                       balancing.zones == "Prefer"};
  if (spec.members.health) backend.health = health_of(*spec.members.health);
  backend.max_sessions_per_member = spec.members.max_sessions_per_member;
  if (spec.members.redirects == "Refuse") backend.redirects = config::Redirects::Refuse;
}

bool needs_balancing(const config::Backend& backend) {
  return backend.balancing != config::Balancing{} || backend.max_sessions_per_member != 0;
}

}  // namespace postern::build
