#include <algorithm>

#include <gtest/gtest.h>

#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

Words features(const model::MembersSpec& members) {
  auto backend = mk_service_backend("mailbox");
  backend.members = members;
  const Scene scene = scene_of(mk_server().backend(backend), rest());
  const auto& all = scene.built.resources;
  const auto found = std::ranges::find(
      all, config::ResourceKey{config::ResourceType::Backend, "mail/example/mailbox"},
      &config::Resource::key);
  return found == all.end() ? Words{"not there"} : found->required_features;
}

TEST(MembersOfBackends, that_are_as_usual_need_no_feature) {
  EXPECT_TRUE(features({}).empty());
  model::MembersSpec members;
  members.redirects = "Refuse";
  members.health.emplace();
  EXPECT_TRUE(features(members).empty())
      << "a proxy without it follows nothing, and learns by trying";
}

TEST(MembersOfBackends, that_an_older_proxy_would_choose_otherwise_need_the_feature) {
  model::MembersSpec members;
  members.max_sessions_per_member = 5;
  EXPECT_EQ(features(members), Words{"balancing"});
  for (const char* policy : {"LeastConnections", "RoundRobin"}) {
    members = {};
    members.balancing.policy = policy;
    EXPECT_EQ(features(members), Words{"balancing"});
  }
  for (const char* key : {"Domain", "Source"}) {
    members = {};
    members.balancing.hash_key = key;
    EXPECT_EQ(features(members), Words{"balancing"});
  }
  members.balancing.hash_key = "User";
  EXPECT_TRUE(features(members).empty());
}

TEST(MembersOfBackends, checks_are_as_written_and_greeting_where_only_the_block_is) {
  auto backend = mk_service_backend("mailbox");
  EXPECT_EQ(scene_of(mk_server().backend(backend), rest()).backend()->health.mode,
            config::HealthMode::Passive);
  backend.members.health.emplace();
  EXPECT_EQ(scene_of(mk_server().backend(backend), rest()).backend()->health.mode,
            config::HealthMode::Greeting);
}

}  // namespace
}  // namespace postern::build
