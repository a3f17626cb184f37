// Policies beside the hash of the user, zones, and members that are full.
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "proxy/policy/balancing.h"

namespace postern::policy {
namespace {

using config::BalancingPolicy;
using config::EndpointState;

class Known final : public MembersView {
 public:
  [[nodiscard]] bool usable(std::string_view endpoint) const override {
    return !out.contains(endpoint);
  }
  [[nodiscard]] std::uint32_t sessions(std::string_view endpoint) const override {
    const auto found = at.find(endpoint);
    return found == at.end() ? 0 : found->second;
  }
  std::set<std::string, std::less<>> out;
  std::map<std::string, std::uint32_t, std::less<>> at;
};

// Members a to f of a Service; a, b, c in zone one, the others in zone two.
class Policies : public testing::Test {
 protected:
  Policies() {
    for (const char* id : {"a", "b", "c", "d", "e", "f"}) {
      config::Endpoint endpoint;
      endpoint.id = id;
      endpoint.ports = {{Protocol::Imap, 993}};
      endpoint.zone = id[0] < 'd' ? "one" : "two";
      endpoints.endpoints.push_back(endpoint);
    }
  }
  [[nodiscard]] Result<std::vector<Candidate>, Nowhere> order(std::string_view user = "alice",
                                                              std::uint64_t turn = 0,
                                                              std::string_view zone = "") {
    BalancingRequest request{backend, endpoints, Protocol::Imap, user};
    request.client = client;
    request.zone = zone;
    request.turn = turn;
    return order_endpoints(request, known);
  }
  [[nodiscard]] std::string all(std::string_view user = "alice", std::uint64_t turn = 0,
                                std::string_view zone = "") {
    const auto ordered = order(user, turn, zone);
    if (!ordered) return std::string(name_of(ordered.error()));
    std::string out;
    for (const Candidate& one : *ordered) out += one.id;
    return out;
  }

  config::Backend backend;
  config::EndpointSet endpoints;
  Known known;
  IpAddress client;
};

TEST_F(Policies, least_connections_takes_the_member_with_the_fewest_sessions) {
  backend.balancing.policy = BalancingPolicy::LeastConnections;
  known.at = {{"a", 5}, {"b", 3}, {"c", 9}, {"d", 1}, {"e", 7}, {"f", 2}};
  EXPECT_EQ(all(), "dfbaec");
}

TEST_F(Policies, least_connections_breaks_ties_by_the_hash_so_every_proxy_chooses_alike) {
  const std::string by_hash = all();
  backend.balancing.policy = BalancingPolicy::LeastConnections;
  EXPECT_EQ(all(), by_hash);
  EXPECT_NE(all("bob"), by_hash) << "and not the same member for everybody";
}

TEST_F(Policies, least_connections_counts_by_weight) {
  backend.balancing.policy = BalancingPolicy::LeastConnections;
  endpoints.endpoints.resize(3);
  endpoints.endpoints[0].weight = 3;
  endpoints.endpoints[2].weight = 0;
  known.at = {{"a", 4}, {"b", 2}};
  EXPECT_EQ(all(), "abc") << "5 for 3 is less than 3 for 1; a weight of 0 is for emergencies";
}

TEST_F(Policies, round_robin_gives_each_member_its_turn_and_keeps_the_others_behind) {
  backend.balancing.policy = BalancingPolicy::RoundRobin;
  EXPECT_EQ(all("alice", 0), "abcdef");
  EXPECT_EQ(all("alice", 1), "bcdefa");
  EXPECT_EQ(all("bob", 6), "abcdef");
}

TEST_F(Policies, round_robin_over_those_that_are_usable_alone_is_even) {
  backend.balancing.policy = BalancingPolicy::RoundRobin;
  known.out = {"b", "c"};
  std::map<char, int> first;
  for (std::uint64_t turn = 0; turn < 400; ++turn) ++first[all("alice", turn)[0]];
  EXPECT_EQ(first, (std::map<char, int>{{'a', 100}, {'d', 100}, {'e', 100}, {'f', 100}}));
}

TEST_F(Policies, members_that_failed_are_behind_whatever_the_policy) {
  known.out = {"d"};
  for (const auto policy : {BalancingPolicy::LeastConnections, BalancingPolicy::RoundRobin,
                            BalancingPolicy::ConsistentHash}) {
    backend.balancing.policy = policy;
    EXPECT_EQ(all().back(), 'd');
  }
}

TEST_F(Policies, own_zone_is_first_and_all_others_after) {
  backend.balancing = {BalancingPolicy::RoundRobin, config::HashKey::User, true};
  EXPECT_EQ(all("alice", 0, "one"), "abcdef");
  EXPECT_EQ(all("alice", 0, "two"), "defabc");
  EXPECT_EQ(all("alice", 1, "two"), "efdbca");
  known.out = {"d", "e"};
  EXPECT_EQ(all("alice", 0, "two"), "fabcde") << "a usable one elsewhere before one that failed";
}

TEST_F(Policies, without_a_zone_of_its_own_or_where_nobody_is_in_it_no_member_is_nearer) {
  backend.balancing = {BalancingPolicy::RoundRobin, config::HashKey::User, true};
  EXPECT_EQ(all("alice", 0, ""), "abcdef");
  EXPECT_EQ(all("alice", 0, "three"), "abcdef");
}

TEST_F(Policies, zones_are_ignored_unless_wished) {
  backend.balancing.policy = BalancingPolicy::RoundRobin;
  EXPECT_EQ(all("alice", 0, "two"), "abcdef");
}

TEST_F(Policies, full_member_counts_as_away) {
  backend.max_sessions_per_member = 10;
  const std::string well = all();
  known.at[well.substr(0, 1)] = 10;
  EXPECT_EQ(all(), well.substr(1));
  known.at[well.substr(0, 1)] = 9;
  EXPECT_EQ(all(), well);
}

TEST_F(Policies, nobody_is_there_when_all_are_full) {
  backend.max_sessions_per_member = 1;
  for (const config::Endpoint& one : endpoints.endpoints) known.at[one.id] = 1;
  EXPECT_EQ(all(), "all_full");
}

TEST_F(Policies, full_home_is_a_temporary_failure_and_nobody_stands_in) {
  backend.declared_members = {"a", "b", "c"};
  backend.on_unavailable = config::OnUnavailable::TemporaryFailure;
  backend.max_sessions_per_member = 2;
  const std::string home = all();
  ASSERT_EQ(home.size(), 1U);
  known.at[home] = 2;
  EXPECT_EQ(all(), "home_full");
}

TEST_F(Policies, checks_never_move_a_user_who_has_a_home) {
  backend.declared_members = {"a", "b", "c"};
  backend.on_unavailable = config::OnUnavailable::TemporaryFailure;
  const std::string home = all();
  known.out = {home};
  EXPECT_EQ(all(), home);
}

TEST_F(Policies, temporary_failure_without_homes_tries_whoever_is_chosen_alone) {
  backend.on_unavailable = config::OnUnavailable::TemporaryFailure;
  backend.balancing.policy = BalancingPolicy::RoundRobin;
  EXPECT_EQ(all("alice", 3), "d");
}

TEST_F(Policies, users_of_one_domain_are_together) {
  backend.balancing.hash_key = config::HashKey::Domain;
  std::set<std::string> domains;
  for (int i = 0; i < 50; ++i) {
    const std::string domain = fmt::format("d{}.example", i);
    EXPECT_EQ(all("alice@" + domain), all("b@ob@" + domain));
    domains.insert(all("alice@" + domain));
  }
  EXPECT_GT(domains.size(), 20U);
}

TEST_F(Policies, sessions_of_one_source_are_together) {
  backend.balancing.hash_key = config::HashKey::Source;
  client = *IpAddress::parse("2001:db8:1:2:3:4:5:6");
  const std::string one = all("alice");
  client = *IpAddress::parse("2001:db8:1:2::1");
  EXPECT_EQ(all("bob"), one) << "the other half of an IPv6 address changes as it likes";
  std::set<std::string> others;
  for (int i = 0; i < 50; ++i) {
    client = *IpAddress::parse(fmt::format("192.0.2.{}", i));
    others.insert(all("alice"));
  }
  EXPECT_GT(others.size(), 20U);
}

}  // namespace
}  // namespace postern::policy
