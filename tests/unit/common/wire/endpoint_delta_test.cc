#include <algorithm>

#include <gtest/gtest.h>

#include "common/wire/snapshot_codec.h"
#include "tests/support/random_resources.h"
#include "tests/unit/common/wire/spoiled.h"

namespace postern::wire {
namespace {

using config::Endpoint;
using config::EndpointSet;
using config::Resource;

Endpoint mk_endpoint(int number, std::uint32_t weight = 1) {
  return {"pod-" + std::to_string(1000 + number),
          IpAddress::v4({192, 0, 2, static_cast<std::uint8_t>(number)}),
          {{Protocol::Imap, 143}},
          config::EndpointState::Ready,
          weight};
}

Resource mk_resource(std::vector<Endpoint> endpoints) {
  Resource resource{"mail/example/dovecot", {}, {}, EndpointSet{std::move(endpoints)}};
  resource.version = version_of(resource);
  return resource;
}

std::vector<Endpoint> random_members(test::RandomResources& random) {
  std::vector<Endpoint> members;
  for (int i = 0; i < 8; ++i) {
    if (random.coin()) members.push_back(mk_endpoint(i, random.below(3)));
  }
  return members;
}

TEST(EndpointDelta, leads_from_any_set_to_any_other) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    test::RandomResources random(seed);
    const Resource base = mk_resource(random_members(random));
    const Resource now = mk_resource(random_members(random));
    pb::Resource arrived;
    ASSERT_TRUE(arrived.ParseFromString(mk_delta(now, base).SerializeAsString()));
    const auto decoded = decode(arrived, &base);
    ASSERT_TRUE(decoded.has_value()) << seed << ' ' << decoded.error().detail;
    EXPECT_EQ(decoded->version, now.version);
    EXPECT_TRUE(decoded->body == now.body) << seed;
  }
}

TEST(EndpointDelta, of_one_member_of_many_is_one_entry) {
  std::vector<Endpoint> members;
  for (int i = 0; i < 100; ++i) members.push_back(mk_endpoint(i));
  const Resource base = mk_resource(members);
  members[50].state = config::EndpointState::NotReady;
  const pb::Resource message = mk_delta(mk_resource(members), base);
  EXPECT_EQ(message.endpoints().delta().upserts_size(), 1);
  EXPECT_EQ(message.endpoints().delta().removed_ids_size(), 0);
  EXPECT_EQ(message.endpoints().delta().base_version(), base.version);
  EXPECT_LT(message.ByteSizeLong(), 200U);
}

TEST(EndpointDelta, needs_the_very_base) {
  const Resource base = mk_resource({mk_endpoint(1), mk_endpoint(2)});
  const Resource other = mk_resource({mk_endpoint(1)});
  const pb::Resource message = mk_delta(mk_resource({mk_endpoint(2)}), base);
  expect_missing_base(message, nullptr);
  expect_missing_base(message, &other);
  Resource no_endpoints{"mail/example/dovecot", base.version, {}, config::Backend{}};
  expect_missing_base(message, &no_endpoints);
}

TEST(EndpointDelta, that_leads_elsewhere_is_not_taken) {
  const Resource base = mk_resource({mk_endpoint(1), mk_endpoint(2)});
  pb::Resource message = mk_delta(mk_resource({mk_endpoint(2), mk_endpoint(3)}), base);
  message.mutable_endpoints()->mutable_delta()->clear_removed_ids();
  expect_missing_base(message, &base);
}

TEST(EndpointDelta, of_an_unsorted_set_is_not_mistaken_for_it) {
  const Resource base = mk_resource({mk_endpoint(1)});
  const pb::Resource message = mk_delta(mk_resource({mk_endpoint(3), mk_endpoint(1)}), base);
  expect_missing_base(message, &base);
}

TEST(EndpointDelta, names_the_member_that_is_wrong) {
  const Resource base = mk_resource({mk_endpoint(1)});
  pb::Resource message = mk_delta(mk_resource({mk_endpoint(1), mk_endpoint(2)}), base);
  message.mutable_endpoints()->mutable_delta()->mutable_upserts(0)->set_address("somewhere");
  const auto decoded = decode(message, &base);
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().failure, DecodeFailure::Invalid);
  EXPECT_EQ(decoded.error().field, "upserts[0].address");
}

TEST(Octets, give_back_the_resource) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Resource resource = test::RandomResources(seed).resource();
    const auto back = from_octets(octets(resource));
    ASSERT_TRUE(back.has_value()) << seed << ' ' << back.error().field;
    EXPECT_EQ(back->key(), resource.key());
    EXPECT_EQ(back->version, resource.version);
    EXPECT_EQ(back->required_features, resource.required_features);
    EXPECT_TRUE(back->body == resource.body);
  }
}

TEST(Octets, that_are_no_resource_are_refused_with_words) {
  for (const std::string& text :
       {std::string("no message"), std::string(), std::string(40, '\0')}) {
    const auto back = from_octets(text);
    ASSERT_FALSE(back.has_value());
    EXPECT_FALSE(back.error().detail.empty());
  }
}

}  // namespace
}  // namespace postern::wire
