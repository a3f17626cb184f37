// Balancing, health, places and redirects of a backend, and zones of endpoints, on the wire.
#include <functional>

#include <gtest/gtest.h>

#include "common/wire/enum_tables.h"
#include "common/wire/snapshot_codec.h"
#include "tests/unit/common/wire/spoiled.h"

namespace postern::wire {
namespace {

config::Backend mk_balanced_backend() {
  config::Backend backend;
  backend.name = "dovecot";
  backend.ports = {{Protocol::Imap}};
  backend.balancing = {config::BalancingPolicy::LeastConnections, config::HashKey::Domain, true};
  backend.health = {config::HealthMode::Connect, Duration{5'000}, Duration{500}, 2, 4};
  backend.max_sessions_per_member = 20'000;
  backend.redirects = config::Redirects::Refuse;
  return backend;
}

TEST(MembersCodec, what_was_written_comes_back) {
  const auto decoded = decode(mk_message(mk_balanced_backend()));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->get<config::Backend>(), mk_balanced_backend());
}

TEST(MembersCodec, what_is_as_usual_is_left_out_so_versions_stay) {
  config::Backend backend;
  backend.name = "dovecot";
  const pb::Backend message = mk_message(backend).backend();
  EXPECT_FALSE(message.has_balancing());
  EXPECT_FALSE(message.has_health());
  EXPECT_EQ(message.max_sessions_per_member(), 0U);
  EXPECT_EQ(message.redirects(), pb::REDIRECTS_UNSPECIFIED);
}

TEST(MembersCodec, zone_of_an_endpoint_travels_and_none_is_nothing) {
  config::EndpointSet set;
  set.endpoints = {{"a", *IpAddress::parse("192.0.2.1"), {{Protocol::Imap, 143}}},
                   {"b", *IpAddress::parse("192.0.2.2"), {{Protocol::Imap, 143}}}};
  set.endpoints[0].zone = "eu-1a";
  const auto decoded = decode(mk_message(set));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(std::get<config::EndpointSet>(decoded->body), set);
}

TEST(MembersCodec, refuses_by_field_what_would_wear_members_out_or_is_not_known) {
  struct Row {
    const char* field;
    std::function<void(pb::Backend&)> spoil;
    DecodeFailure failure = DecodeFailure::Invalid;
  };
  const Row rows[] = {
      {"health.interval_ms", [](pb::Backend& m) { m.mutable_health()->set_interval_ms(999); }},
      {"health.interval_ms",
       [](pb::Backend& m) { m.mutable_health()->set_interval_ms(3'600'001); }},
      {"health.timeout_ms", [](pb::Backend& m) { m.mutable_health()->set_timeout_ms(0); }},
      {"health.failure_threshold",
       [](pb::Backend& m) { m.mutable_health()->set_failure_threshold(0); }},
      {"health.success_threshold",
       [](pb::Backend& m) { m.mutable_health()->set_success_threshold(101); }},
      {"health.mode",
       [](pb::Backend& m) { m.mutable_health()->set_mode(static_cast<pb::HealthMode>(9)); },
       DecodeFailure::Unsupported},
      {"balancing.policy", [](pb::Backend& m) { m.mutable_balancing()->clear_policy(); }},
      {"balancing.hash_key",
       [](pb::Backend& m) { m.mutable_balancing()->set_hash_key(static_cast<pb::HashKey>(9)); },
       DecodeFailure::Unsupported},
      {"redirects", [](pb::Backend& m) { m.set_redirects(static_cast<pb::Redirects>(9)); },
       DecodeFailure::Unsupported},
  };
  for (const Row& row : rows) {
    pb::Resource message = mk_message(mk_balanced_backend());
    row.spoil(*message.mutable_backend());
    const auto decoded = decode(message);
    ASSERT_FALSE(decoded.has_value()) << row.field;
    EXPECT_EQ(decoded.error().field, row.field);
    EXPECT_EQ(decoded.error().failure, row.failure) << row.field;
  }
}

}  // namespace
}  // namespace postern::wire
