#include "common/wire/snapshot_codec.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "common/wire/enum_tables.h"
#include "tests/support/random_resources.h"

namespace postern::wire {
namespace {

using config::Resource;
using config::ResourceType;
using test::RandomResources;

Resource mk_listener() {
  return {"993",
          "v",
          {},
          config::Listener{993,
                           Protocol::Imap,
                           config::ListenerTls::Implicit,
                           {{"mail/example", {"mail.example.org"}}}}};
}

pb::Resource encoded(const Resource& resource) {
  pb::Resource message;
  encode(resource, message);
  return message;
}

void expect_same(const Resource& a, const Resource& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.sources, b.sources);
  EXPECT_EQ(a.required_features, b.required_features);
  EXPECT_TRUE(a.body == b.body);
}

void expect_refused(const pb::Resource& message, DecodeFailure failure, std::string_view field) {
  const auto decoded = decode(message);
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().failure, failure);
  EXPECT_EQ(decoded.error().field, field);
  EXPECT_FALSE(decoded.error().detail.empty());
}

TEST(SnapshotCodec, decodes_what_it_encoded) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    RandomResources random(seed);
    const Resource resource = random.resource();
    pb::Resource arrived;
    ASSERT_TRUE(arrived.ParseFromString(encoded(resource).SerializeAsString())) << seed;
    const auto decoded = decode(arrived);
    ASSERT_TRUE(decoded.has_value()) << seed << ' ' << decoded.error().field;
    expect_same(resource, *decoded);
  }
}

TEST(SnapshotCodec, gives_equal_bodies_equal_versions_and_others_other_ones) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    RandomResources first(seed);
    RandomResources second(seed);
    const Resource a = first.resource();
    EXPECT_EQ(version_of(a), version_of(second.resource()));
    Resource b = a;
    b.body = first.body(a.type());
    EXPECT_EQ(a.body == b.body, version_of(a) == version_of(b)) << seed;
  }
}

TEST(SnapshotCodec, weighs_what_will_travel_with_the_version_that_it_finds) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Resource resource = RandomResources(seed).resource();
    const Weighed weighed = weigh(resource);
    EXPECT_EQ(weighed.version, version_of(resource)) << seed;
    resource.version = weighed.version;
    EXPECT_EQ(weighed.octets, octets_of(resource)) << seed;
  }
}

TEST(SnapshotCodec, counts_required_features_into_the_version) {
  Resource other = mk_listener();
  other.required_features = {"listener-addresses"};
  EXPECT_NE(version_of(mk_listener()), version_of(other));
  other = mk_listener();
  other.on_unsupported = config::OnUnsupported::DropServer;
  EXPECT_EQ(version_of(mk_listener()), version_of(other));
}

TEST(SnapshotCodec, leaves_name_and_sources_out_of_the_version) {
  const Resource one = mk_listener();
  Resource other = one;
  other.name = "994";
  other.version = "w";
  other.sources.push_back({"MailServer", "mail", "example", "uid", 7});
  EXPECT_EQ(version_of(one), version_of(other));
  EXPECT_EQ(version_of(one).size(), 32U);
}

TEST(SnapshotCodec, refuses_a_choice_that_is_not_set_by_its_field) {
  pb::Resource message = encoded(mk_listener());
  message.mutable_listener()->mutable_tenants(0)->set_plaintext(pb::PLAINTEXT_UNSPECIFIED);
  expect_refused(message, DecodeFailure::Invalid, "tenants[0].plaintext");
}

TEST(SnapshotCodec, says_unsupported_of_a_choice_from_a_newer_controller) {
  pb::Resource message = encoded(mk_listener());
  message.mutable_listener()->set_protocol(static_cast<pb::Protocol>(99));
  expect_refused(message, DecodeFailure::Unsupported, "protocol");
}

TEST(SnapshotCodec, refuses_a_resource_that_needs_a_feature_it_does_not_have) {
  pb::Resource message = encoded(mk_listener());
  message.add_required_features("client-crl");
  expect_refused(message, DecodeFailure::Unsupported, "required_features");
}

TEST(SnapshotCodec, takes_a_resource_that_needs_what_this_build_knows) {
  for (const std::string_view feature : known_features()) {
    pb::Resource message = encoded(mk_listener());
    message.add_required_features(std::string(feature));
    EXPECT_TRUE(decode(message).has_value()) << feature;
  }
}

TEST(SnapshotCodec, leaves_a_usual_socket_out_of_the_message) {
  const pb::Resource message = encoded(mk_listener());
  EXPECT_FALSE(message.listener().has_socket());
  EXPECT_EQ(message.listener().addresses_size(), 0);
}

TEST(SnapshotCodec, refuses_listener_addresses_that_are_none_or_too_many) {
  pb::Resource message = encoded(mk_listener());
  message.mutable_listener()->add_addresses("192.0.2.1");
  message.mutable_listener()->add_addresses("mail.example");
  expect_refused(message, DecodeFailure::Invalid, "addresses[1]");
  message = encoded(mk_listener());
  for (int i = 0; i < 65; ++i) message.mutable_listener()->add_addresses("192.0.2.1");
  expect_refused(message, DecodeFailure::Invalid, "addresses");
}

TEST(SnapshotCodec, refuses_socket_options_that_no_kernel_takes) {
  pb::Resource message = encoded(mk_listener());
  message.mutable_listener()->mutable_socket()->set_receive_buffer_octets(1U << 31);
  expect_refused(message, DecodeFailure::Invalid, "socket.receive_buffer_octets");
  message.mutable_listener()->mutable_socket()->set_receive_buffer_octets(1U << 30);
  EXPECT_TRUE(decode(message).has_value());
  message.mutable_listener()->mutable_socket()->set_keep_alive_probes(128);
  expect_refused(message, DecodeFailure::Invalid, "socket.keep_alive_probes");
}

TEST(SnapshotCodec, refuses_ports_that_are_none) {
  pb::Resource message = encoded(mk_listener());
  message.mutable_listener()->set_port(65536);
  expect_refused(message, DecodeFailure::Invalid, "port");
  message.mutable_listener()->set_port(0);
  expect_refused(message, DecodeFailure::Invalid, "port");
}

TEST(SnapshotCodec, refuses_a_listener_without_tenants) {
  pb::Resource message = encoded(mk_listener());
  message.mutable_listener()->clear_tenants();
  expect_refused(message, DecodeFailure::Invalid, "tenants");
}

TEST(SnapshotCodec, refuses_a_body_of_another_type) {
  pb::Resource message = encoded(mk_listener());
  message.set_type(pb::RESOURCE_TYPE_SERVER);
  expect_refused(message, DecodeFailure::Invalid, "type");
}

TEST(SnapshotCodec, refuses_a_resource_without_body_name_or_version) {
  pb::Resource message = encoded(mk_listener());
  message.clear_body();
  expect_refused(message, DecodeFailure::Unsupported, "body");
  message = encoded(mk_listener());
  message.clear_name();
  expect_refused(message, DecodeFailure::Invalid, "name");
  message = encoded(mk_listener());
  message.clear_version();
  expect_refused(message, DecodeFailure::Invalid, "version");
}

TEST(SnapshotCodec, refuses_a_table_that_is_not_sorted_or_has_a_key_twice_or_none) {
  pb::Resource message =
      encoded({"a/ConfigMap/b#c/routes", "v", {}, config::Table{{{"a", "x", {}}, {"b", "y", {}}}}});
  message.mutable_table()->mutable_lines(1)->set_key("a");
  expect_refused(message, DecodeFailure::Invalid, "lines[1].key");
  message.mutable_table()->mutable_lines(1)->set_key("A");
  expect_refused(message, DecodeFailure::Invalid, "lines[1].key");
  message.mutable_table()->mutable_lines(0)->set_key("");
  expect_refused(message, DecodeFailure::Invalid, "lines[0].key");
}

TEST(SnapshotCodec, refuses_rules_that_lead_nowhere_or_match_nobody_knows_whom) {
  config::Server server;
  server.routing.rules = {{"a", {}, {{"x", 1, {}}}}};
  const pb::Resource good = encoded({"a/b", "v", {}, server});
  EXPECT_TRUE(decode(good).has_value());
  pb::Resource message = good;
  pb::RouteRule& rule = *message.mutable_server()->mutable_routing()->mutable_rules(0);
  rule.mutable_targets(0)->set_weight(0);
  expect_refused(message, DecodeFailure::Invalid, "routing.rules[0].targets");
  rule = good.server().routing().rules(0);
  rule.clear_match();
  expect_refused(message, DecodeFailure::Invalid, "routing.rules[0].match");
  rule = good.server().routing().rules(0);
  rule.mutable_match()->add_ports(0);
  expect_refused(message, DecodeFailure::Invalid, "routing.rules[0].match.ports[0]");
  rule = good.server().routing().rules(0);
  rule.mutable_match()->set_user_pattern(std::string(2000, 'a'));
  expect_refused(message, DecodeFailure::Invalid, "routing.rules[0].match.user_pattern");
  message = good;
  message.mutable_server()->mutable_routing()->set_seed("short");
  expect_refused(message, DecodeFailure::Invalid, "routing.seed");
}

TEST(SnapshotCodec, takes_a_seed_without_tables_and_rules_for_no_routing) {
  pb::Resource message = encoded({"a/b", "v", {}, config::Server{}});
  message.mutable_server()->mutable_routing()->set_seed("0123456789abcdef");
  const auto decoded = decode(message);
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->get<config::Server>().routing, config::Routing{});
}

TEST(SnapshotCodec, refuses_a_server_whose_limits_are_missing) {
  RandomResources random(1);
  pb::Resource message = encoded(random.resource(ResourceType::Server));
  message.mutable_server()->clear_limits();
  expect_refused(message, DecodeFailure::Invalid, "limits");
}

TEST(SnapshotCodec, refuses_a_seed_of_another_length) {
  RandomResources random(1);
  pb::Resource message = encoded(random.resource(ResourceType::Backend));
  message.mutable_backend()->set_seed("short");
  expect_refused(message, DecodeFailure::Invalid, "seed");
}

TEST(SnapshotCodec, refuses_an_address_that_is_none_and_names_the_endpoint) {
  Resource resource{"a/b/c", "v", {}, config::EndpointSet{}};
  std::get<config::EndpointSet>(resource.body).endpoints = {{"one", {}, {}}, {"two", {}, {}}};
  pb::Resource message = encoded(resource);
  message.mutable_endpoints()->mutable_full()->mutable_endpoints(1)->set_address("mail.example");
  expect_refused(message, DecodeFailure::Invalid, "endpoints[1].address");
}

TEST(SnapshotCodec, never_tells_the_octets_of_a_key) {
  pb::Resource message;
  message.set_type(pb::RESOURCE_TYPE_SECRET);
  message.mutable_secret()->mutable_key_pair()->set_key_pem("very secret");
  const auto decoded = decode(message);
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().detail.find("very"), std::string::npos);
}

TEST(SnapshotCodec, wipes_the_private_key_out_of_a_message) {
  pb::Resource message;
  message.mutable_secret()->mutable_key_pair()->set_key_pem(std::string(100, 'k'));
  const char* octets = message.secret().key_pair().key_pem().data();
  wipe_secrets(message);
  EXPECT_TRUE(message.secret().key_pair().key_pem().empty());
  // The string keeps its memory until it is destroyed; none of the key is left there.
  EXPECT_EQ(octets, message.secret().key_pair().key_pem().data());
  EXPECT_TRUE(std::all_of(octets, octets + 100, [](char c) { return c == '\0'; }));
}

TEST(SnapshotCodec, wipes_a_secret_text_out_of_a_message) {
  pb::Resource message;
  message.mutable_secret()->mutable_text()->set_text(std::string(100, 'k'));
  const char* octets = message.secret().text().text().data();
  wipe_secrets(message);
  EXPECT_TRUE(message.secret().text().text().empty());
  EXPECT_TRUE(std::all_of(octets, octets + 100, [](char c) { return c == '\0'; }));
}

TEST(SnapshotCodec, leaves_no_secret_behind) {
  const std::size_t before = Secret::live();
  {
    const Resource resource{"a/b", "v", {}, config::KeyPair{"chain", SharedSecret("key"), {}, 0}};
    const auto decoded = decode(encoded(resource));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(Secret::live(), before + 2);
  }
  EXPECT_EQ(Secret::live(), before);
}

TEST(SnapshotCodec, a_resource_of_many_objects_names_the_first_eight) {
  Resource resource = RandomResources(1).resource();
  resource.sources.clear();
  for (int i = 0; i < 1000; ++i) {
    resource.sources.push_back({"MailServer", "mail", "s" + std::to_string(i), "", i});
  }
  config::v1alpha1::Resource message;
  encode(resource, message);
  ASSERT_EQ(message.sources_size(), 8);
  EXPECT_EQ(message.sources(7).name(), "s7");
}

}  // namespace
}  // namespace postern::wire
