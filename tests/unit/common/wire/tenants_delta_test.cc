#include <gtest/gtest.h>

#include "common/wire/snapshot_codec.h"
#include "tests/support/random_resources.h"
#include "tests/unit/common/wire/spoiled.h"

namespace postern::wire {
namespace {

using config::Listener;
using config::Resource;
using config::Tenant;
using Tenants = SharedList<Tenant>;

Tenant mk_tenant(std::uint32_t number, std::uint32_t max_connections = 0) {
  const std::string name = "mail/" + std::to_string(number);
  return {name, {name + ".example"}, config::Plaintext::Refuse, max_connections};
}

Tenants mk_tenants(std::uint32_t count) {
  Tenants out;
  for (std::uint32_t i = 0; i < count; ++i) out.push_back(mk_tenant(i));
  return out;
}

Resource mk_resource(Tenants tenants) {
  Resource resource{
      "993",
      {},
      {},
      Listener{993, Protocol::Imap, config::ListenerTls::Implicit, std::move(tenants)}};
  resource.version = version_of(resource);
  return resource;
}

Tenants random_tenants(test::RandomResources& random) {
  Tenants out;
  for (std::uint32_t i = 0; i < 8; ++i) {
    if (random.coin()) out.push_back(mk_tenant(i, random.below(3)));
  }
  if (out.empty()) out.push_back(mk_tenant(0));
  return out;
}

const Tenants& tenants_of(const Resource& resource) { return resource.get<Listener>().tenants; }

TEST(TenantsDelta, leads_from_any_listener_to_any_other) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    test::RandomResources random(seed);
    const Resource base = mk_resource(random_tenants(random));
    Resource now = mk_resource(random_tenants(random));
    if (random.coin()) now.get<Listener>().socket.backlog = 7;
    pb::Resource arrived;
    ASSERT_TRUE(arrived.ParseFromString(mk_delta(now, base).SerializeAsString()));
    const auto decoded = decode(arrived, &base);
    ASSERT_TRUE(decoded.has_value()) << seed << ' ' << decoded.error().detail;
    EXPECT_TRUE(decoded->body == now.body) << seed;
    EXPECT_EQ(version_of(*decoded), version_of(now));
  }
}

TEST(TenantsDelta, of_one_tenant_of_many_is_one_entry_and_the_rest_is_shared) {
  const Resource base = mk_resource(mk_tenants(100));
  Tenants changed = tenants_of(base);
  changed.set(50, mk_tenant(50, 9));
  const pb::Resource message = mk_delta(mk_resource(changed), base);
  EXPECT_EQ(message.listener().tenants_delta().tenants_size(), 1);
  EXPECT_EQ(message.listener().tenants_size(), 0);
  EXPECT_EQ(entries_told(message), 1U);
  const Resource decoded = decode(message, &base).value();
  EXPECT_EQ(&tenants_of(decoded)[49], &tenants_of(base)[49]);
  EXPECT_EQ(&tenants_of(decoded)[51], &tenants_of(base)[51]);
}

TEST(TenantsDelta, is_refused_where_another_version_is_held) {
  const Resource base = mk_resource(mk_tenants(3));
  const pb::Resource message = mk_delta(mk_resource(mk_tenants(4)), base);
  expect_missing_base(message, nullptr);
  const Resource other = mk_resource(mk_tenants(2));
  expect_missing_base(message, &other);
}

TEST(TenantsDelta, that_keeps_more_than_there_is_is_refused) {
  const Resource base = mk_resource(mk_tenants(3));
  pb::Resource message = mk_delta(mk_resource(mk_tenants(4)), base);
  message.mutable_listener()->mutable_tenants_delta()->set_back(1);
  expect_missing_base(message, &base);
  message.mutable_listener()->mutable_tenants_delta()->set_back(0xFFFF'FFFF);
  expect_missing_base(message, &base);
}

TEST(TenantsDelta, names_the_field_of_a_tenant_that_is_wrong) {
  const Resource base = mk_resource(mk_tenants(3));
  pb::Resource message = mk_delta(mk_resource(mk_tenants(4)), base);
  message.mutable_listener()->mutable_tenants_delta()->mutable_tenants(0)->clear_server();
  const auto decoded = decode(message, &base);
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().field, "tenants_delta.tenants[0].server");
}

TEST(TenantsDelta, that_leaves_nobody_is_refused) {
  const Resource base = mk_resource(mk_tenants(1));
  pb::Resource message = mk_delta(mk_resource(mk_tenants(1)), base);
  message.mutable_listener()->mutable_tenants_delta()->set_front(0);
  const auto decoded = decode(message, &base);
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().field, "tenants");
}

}  // namespace
}  // namespace postern::wire
