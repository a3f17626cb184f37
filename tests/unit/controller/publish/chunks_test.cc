#include "controller/publish/chunks.h"

#include <gtest/gtest.h>

#include "postern/config/v1alpha1/config.pb.h"
#include "tests/support/random_resources.h"

namespace postern::publish {
namespace {

namespace pb = config::v1alpha1;

Push mk_push(int upserts, int removals) {
  Push push;
  push.nonce = "7";
  push.version = "whole";
  test::RandomResources random(1);
  for (int i = 0; i < upserts; ++i) {
    config::Resource resource = random.resource();
    resource.name = std::to_string(i);
    push.upserts.push_back(
        {std::make_shared<const config::Resource>(std::move(resource)), nullptr});
  }
  for (int i = 0; i < removals; ++i) {
    push.removals.push_back({config::ResourceType::Server, "old/" + std::to_string(i)});
  }
  return push;
}

std::vector<pb::ConfigUpdate> cut(Push push, std::size_t most) {
  Chunks chunks(std::move(push), most);
  std::vector<pb::ConfigUpdate> all;
  pb::ConfigUpdate chunk;
  while (chunks.next(chunk)) all.push_back(chunk);
  return all;
}

TEST(Chunks, hold_everything_once_and_in_order) {
  for (const std::size_t most : {1U, 500U, 4000U, 1'000'000U}) {
    int upserts = 0;
    int removals = 0;
    for (const pb::ConfigUpdate& chunk : cut(mk_push(200, 100), most)) {
      for (const auto& resource : chunk.upserts()) {
        EXPECT_EQ(removals, 0);
        EXPECT_EQ(resource.name(), std::to_string(upserts++));
      }
      for (const auto& name : chunk.removals()) {
        EXPECT_EQ(upserts, 200);
        EXPECT_EQ(name.name(), "old/" + std::to_string(removals++));
      }
    }
    EXPECT_EQ(upserts, 200);
    EXPECT_EQ(removals, 100);
  }
}

TEST(Chunks, are_no_larger_than_the_proxy_asked_unless_one_resource_is) {
  const auto chunks = cut(mk_push(200, 100), 4000);
  EXPECT_GT(chunks.size(), 5U);
  for (const pb::ConfigUpdate& chunk : chunks) {
    EXPECT_TRUE(chunk.ByteSizeLong() <= 4000 || chunk.upserts_size() == 1);
  }
}

TEST(Chunks, share_a_nonce_and_only_the_last_says_so) {
  const auto chunks = cut(mk_push(50, 0), 1000);
  ASSERT_GT(chunks.size(), 1U);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    EXPECT_EQ(chunks[i].nonce(), "7");
    EXPECT_EQ(chunks[i].version(), "whole");
    EXPECT_EQ(chunks[i].last_chunk(), i + 1 == chunks.size());
  }
}

TEST(Chunks, of_an_empty_update_are_one) {
  const auto chunks = cut(mk_push(0, 0), 1000);
  ASSERT_EQ(chunks.size(), 1U);
  EXPECT_TRUE(chunks[0].last_chunk());
}

SharedResource mk_members(int count, std::uint32_t weight_of_first) {
  config::EndpointSet set;
  for (int i = 0; i < count; ++i) {
    set.endpoints.push_back({"pod-" + std::to_string(100 + i), {}, {{Protocol::Imap, 143}}});
  }
  set.endpoints[0].weight = weight_of_first;
  return stamp({config::Resource{"mail/example/dovecot", {}, {}, std::move(set)}}).fitting.front();
}

TEST(Chunks, hold_a_delta_of_endpoints_whose_base_is_held) {
  Push push = mk_push(0, 0);
  push.upserts.push_back({mk_members(50, 2), mk_members(50, 1)});
  const auto chunks = cut(std::move(push), 100'000);
  const pb::Endpoints& endpoints = chunks.at(0).upserts(0).endpoints();
  ASSERT_TRUE(endpoints.has_delta());
  EXPECT_EQ(endpoints.delta().upserts_size(), 1);
  EXPECT_EQ(endpoints.delta().base_version(), mk_members(50, 1)->version);
}

TEST(Chunks, hold_the_whole_set_where_most_of_it_changed) {
  Push push = mk_push(0, 0);
  push.upserts.push_back({mk_members(50, 1), mk_members(10, 1)});
  const auto chunks = cut(std::move(push), 100'000);
  EXPECT_TRUE(chunks.at(0).upserts(0).endpoints().has_full());
}

TEST(Chunks, say_of_which_view_and_from_when_they_are) {
  Push push = mk_push(50, 0);
  push.revision = {{"mailservers", 42}};
  push.caused_at = WallTime(std::chrono::milliseconds(1'500));
  for (const pb::ConfigUpdate& chunk : cut(std::move(push), 1000)) {
    ASSERT_EQ(chunk.revision().collections_size(), 1);
    EXPECT_EQ(chunk.revision().collections(0).collection(), "mailservers");
    EXPECT_EQ(chunk.revision().collections(0).resource_version(), 42U);
    EXPECT_EQ(chunk.caused_at().seconds(), 1);
    EXPECT_EQ(chunk.caused_at().nanos(), 500'000'000);
  }
}

TEST(Chunks, lose_their_private_keys_when_wiped) {
  Push push = mk_push(0, 0);
  push.upserts.push_back(
      {std::make_shared<const config::Resource>(config::Resource{
           "a/b", "v", {}, config::KeyPair{"chain", SharedSecret("the key"), {}, 0}}),
       nullptr});
  Chunks chunks(std::move(push), 1000);
  pb::ConfigUpdate chunk;
  ASSERT_TRUE(chunks.next(chunk));
  EXPECT_NE(chunk.SerializeAsString().find("the key"), std::string::npos);
  wipe_secrets(chunk);
  EXPECT_EQ(chunk.SerializeAsString().find("the key"), std::string::npos);
}

}  // namespace
}  // namespace postern::publish
