#include "proxy/policy/balancing.h"

#include <map>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace postern::policy {
namespace {

using config::EndpointState;

class Health final : public MembersView {
 public:
  explicit Health(std::set<std::string, std::less<>> out = {}) : out_(std::move(out)) {}
  [[nodiscard]] bool usable(std::string_view endpoint) const override {
    return !out_.contains(endpoint);
  }
  [[nodiscard]] std::uint32_t sessions(std::string_view endpoint) const override {
    const auto found = at.find(endpoint);
    return found == at.end() ? 0 : found->second;
  }
  std::map<std::string, std::uint32_t, std::less<>> at;  // sessions

 private:
  std::set<std::string, std::less<>> out_;
};

config::Endpoint endpoint(const std::string& id, EndpointState state = EndpointState::Ready) {
  config::Endpoint out;
  out.id = id;
  out.address = *IpAddress::parse("192.0.2.1");
  out.ports = {{Protocol::Imap, 993}};
  out.state = state;
  return out;
}

struct Scene {
  config::Backend backend;
  config::EndpointSet endpoints;

  Scene& declared(std::vector<std::string> members) {
    backend.declared_members = std::move(members);
    return *this;
  }
  Scene& policy(config::OnUnavailable policy) {
    backend.on_unavailable = policy;
    return *this;
  }
  Scene& has(const std::string& id, EndpointState state = EndpointState::Ready) {
    endpoints.endpoints.push_back(endpoint(id, state));
    return *this;
  }
  [[nodiscard]] Result<std::vector<Candidate>, Nowhere> order(std::string_view user,
                                                              const Health& health = Health{},
                                                              Protocol protocol = Protocol::Imap) {
    return order_endpoints({backend, endpoints, protocol, user}, health);
  }
  [[nodiscard]] std::string first(std::string_view user, const Health& health = Health{}) {
    const auto ordered = order(user, health);
    return ordered ? ordered->front().id : std::string(name_of(ordered.error()));
  }
};

std::string numbered(int i) { return fmt::format("numbered{}", i); }

Scene three_of_a_service() {
  Scene scene;
  scene.has("a").has("b").has("c");
  return scene;
}

TEST(Balancing, user_of_a_declared_member_is_tried_at_home_and_nowhere_else) {
  Scene scene;
  scene.declared({"d-0", "d-1", "d-2"}).policy(config::OnUnavailable::TemporaryFailure);
  scene.has("d-0").has("d-1").has("d-2");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(scene.order(numbered(i))->size(), 1U);
}

TEST(Balancing, user_whose_home_is_away_gets_a_temporary_failure_and_the_others_stay) {
  Scene all;
  all.declared({"d-0", "d-1", "d-2"}).policy(config::OnUnavailable::TemporaryFailure);
  Scene two = all;
  Scene unready = all;
  all.has("d-0").has("d-1").has("d-2");
  two.has("d-0").has("d-2");
  unready.has("d-0").has("d-1", EndpointState::NotReady).has("d-2");
  int away = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string home = all.first(numbered(i));
    const std::string expected = home == "d-1" ? "home_away" : home;
    away += home == "d-1" ? 1 : 0;
    EXPECT_EQ(two.first(numbered(i)), expected);
    EXPECT_EQ(unready.first(numbered(i)), expected);
  }
  EXPECT_GT(away, 50);
}

TEST(Balancing, undeclared_endpoint_is_never_a_home) {
  Scene scene;
  scene.declared({"d-0"}).policy(config::OnUnavailable::TemporaryFailure);
  scene.has("d-0").has("d-1");
  for (int i = 0; i < 50; ++i) EXPECT_EQ(scene.first(numbered(i)), "d-0");
}

TEST(Balancing, home_is_tried_even_when_it_failed_lately_because_nobody_stands_in) {
  Scene scene;
  scene.declared({"d-0"}).policy(config::OnUnavailable::TemporaryFailure).has("d-0");
  EXPECT_EQ(scene.first("alice", Health({"d-0"})), "d-0");
}

TEST(Balancing, home_that_ends_but_serves_is_still_home) {
  Scene scene;
  scene.declared({"d-0"}).policy(config::OnUnavailable::TemporaryFailure);
  scene.has("d-0", EndpointState::ServingTerminating);
  EXPECT_EQ(scene.first("alice"), "d-0");
}

TEST(Balancing, declared_members_with_shared_mail_stand_in_for_each_other) {
  Scene all;
  all.declared({"x", "y", "z"}).policy(config::OnUnavailable::NextMember);
  Scene two = all;
  all.has("x").has("y").has("z");
  two.has("x").has("z");
  for (int i = 0; i < 100; ++i) {
    const auto order = all.order(numbered(i));
    ASSERT_EQ(order->size(), 3U);
    EXPECT_EQ(two.first(numbered(i)), (*order)[0].id == "y" ? (*order)[1].id : (*order)[0].id);
  }
}

TEST(Balancing, user_of_a_service_moves_only_when_his_endpoint_is_not_ready) {
  Scene all = three_of_a_service();
  Scene two;
  two.has("a").has("b", EndpointState::NotReady).has("c");
  for (int i = 0; i < 100; ++i) {
    const std::string home = all.first(numbered(i));
    const std::string next = (*all.order(numbered(i)))[1].id;
    EXPECT_EQ(two.first(numbered(i)), home == "b" ? next : home);
  }
}

TEST(Balancing, member_that_failed_lately_is_tried_last) {
  Scene scene = three_of_a_service();
  for (int i = 0; i < 50; ++i) {
    const auto well = scene.order(numbered(i));
    const auto order = scene.order(numbered(i), Health({(*well)[0].id}));
    EXPECT_EQ((*order)[0].id, (*well)[1].id);
    EXPECT_EQ((*order)[2].id, (*well)[0].id);
  }
}

TEST(Balancing, members_are_tried_even_when_all_failed_lately) {
  EXPECT_EQ(three_of_a_service().order("alice", Health({"a", "b", "c"}))->size(), 3U);
}

TEST(Balancing, endpoints_that_end_serve_only_when_none_is_ready) {
  Scene scene;
  scene.has("a", EndpointState::ServingTerminating).has("b");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(scene.first(numbered(i)), "b");
  Scene last;
  last.has("a", EndpointState::ServingTerminating).has("b", EndpointState::NotReady);
  EXPECT_EQ(last.first("alice"), "a");
}

TEST(Balancing, weights_of_endpoints_count) {
  Scene scene;
  scene.has("a").has("b");
  scene.endpoints.endpoints[1].weight = 0;
  for (int i = 0; i < 50; ++i) EXPECT_EQ(scene.first(numbered(i)), "a");
}

TEST(Balancing, endpoint_without_the_protocol_is_no_candidate) {
  Scene scene = three_of_a_service();
  EXPECT_EQ(scene.order("alice", Health{}, Protocol::Pop3).error(), Nowhere::NoneReady);
  scene.endpoints.endpoints[1].ports.push_back({Protocol::Pop3, 995});
  const auto order = scene.order("alice", Health{}, Protocol::Pop3);
  ASSERT_EQ(order->size(), 1U);
  EXPECT_EQ((*order)[0].id, "b");
  EXPECT_EQ((*order)[0].address.text(), "192.0.2.1:995");
}

TEST(Balancing, nobody_ready_is_told) {
  Scene empty;
  EXPECT_EQ(empty.order("alice").error(), Nowhere::NoneReady);
  empty.policy(config::OnUnavailable::TemporaryFailure);
  EXPECT_EQ(empty.order("alice").error(), Nowhere::NoneReady);
}

TEST(Balancing, same_user_is_at_home_over_every_protocol) {
  Scene scene = three_of_a_service();
  for (config::Endpoint& member : scene.endpoints.endpoints) {
    member.ports.push_back({Protocol::ManageSieve, 4190});
  }
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(scene.order(numbered(i))->front().id,
              scene.order(numbered(i), Health{}, Protocol::ManageSieve)->front().id);
  }
}

}  // namespace
}  // namespace postern::policy
