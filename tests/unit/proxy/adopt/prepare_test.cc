#include "proxy/adopt/prepare.h"

#include <gtest/gtest.h>

#include "tests/unit/proxy/adopt/worlds.h"

namespace postern::adopt::test {
namespace {

using config::ResourceKey;
using config::ResourceType;

class Prepare : public ::testing::Test {
 protected:
  Preparation prepared(std::vector<config::Resource> wanted,
                       std::vector<config::Resource> running = {}) {
    return prepare("v", all_of(std::move(wanted)), all_of(std::move(running)), tls_);
  }

 private:
  SystemClock clock_;
  net::TlsShared tls_{clock_};
};

TEST_F(Prepare, a_whole_configuration_comes_through_with_tls_on_its_port) {
  const auto p =
      prepared({resource("ns/k", "1", good_pair("a.example")),
                resource("a", "1", server_with("ns/k")), resource("0", "1", listener_of({"a"}))});
  EXPECT_TRUE(p.errors.empty());
  EXPECT_NE(p.prepared->tls_server(0), nullptr);
  EXPECT_EQ(p.accepted.size(), 3U);
}

TEST_F(Prepare, a_bad_key_is_refused_and_what_needs_it_with_it) {
  const auto p =
      prepared({resource("ns/k", "1", bad_pair()), resource("a", "1", server_with("ns/k")),
                resource("0", "1", listener_of({"a"}))});
  ASSERT_EQ(p.errors.size(), 3U);
  EXPECT_EQ(p.errors[0].code, ErrorCode::BadCertificate);
  EXPECT_EQ(p.errors[1].code, ErrorCode::MissingDependency);
  EXPECT_TRUE(p.prepared->snapshot->resources().empty());
}

TEST_F(Prepare, a_bad_key_keeps_its_predecessor_in_force) {
  const auto good = good_pair("a.example");
  const std::vector<config::Resource> rest = {resource("a", "1", server_with("ns/k")),
                                              resource("0", "1", listener_of({"a"}))};
  auto wanted = rest;
  wanted.push_back(resource("ns/k", "2", bad_pair()));
  auto running = rest;
  running.push_back(resource("ns/k", "1", good));
  const auto p = prepared(wanted, running);
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].version, "2");
  EXPECT_EQ(p.errors[0].running_version, "1");
  EXPECT_EQ(*p.prepared->snapshot->secret("ns/k"), good);
  EXPECT_NE(p.prepared->tls_server(0), nullptr);
}

TEST_F(Prepare, one_tenants_refusal_is_not_the_others) {
  const auto p = prepared(
      {resource("ns/k", "1", good_pair("b.example")), resource("a", "1", server_with("ns/missing")),
       resource("b", "1", server_with("ns/k")), resource("0", "1", listener_of({"a", "b"}))});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].key, (ResourceKey{ResourceType::Server, "a"}));
  const config::Listener* listener = p.prepared->snapshot->listener(0);
  ASSERT_NE(listener, nullptr);
  ASSERT_EQ(listener->tenants.size(), 1U);
  EXPECT_EQ(listener->tenants[0].server, "b");
}

TEST_F(Prepare, what_is_held_is_the_listener_as_it_came_not_as_it_is_served) {
  const auto p = prepared(
      {resource("ns/k", "1", good_pair("b.example")), resource("a", "1", server_with("ns/missing")),
       resource("b", "1", server_with("ns/k")), resource("0", "1", listener_of({"a", "b"}))});
  const auto& held = p.accepted.at({ResourceType::Listener, "0"});
  EXPECT_EQ(std::get<config::Listener>(held->body).tenants.size(), 2U);
}

TEST_F(Prepare, an_unknown_cipher_suite_refuses_that_server_by_field) {
  config::Server server = server_with("ns/k");
  server.tls.cipher_suites = {"TLS_AES_128_GCM_SHA256", "NO_SUCH_SUITE"};
  const auto p = prepared({resource("ns/k", "1", good_pair("a.example")),
                           resource("a", "1", server), resource("0", "1", listener_of({"a"}))});
  ASSERT_FALSE(p.errors.empty());
  EXPECT_EQ(p.errors[0].key, (ResourceKey{ResourceType::Server, "a"}));
  EXPECT_NE(p.errors[0].field.find("[1]"), std::string::npos) << p.errors[0].field;
}

TEST_F(Prepare, a_backend_without_its_authority_is_refused_and_the_rest_is_not) {
  config::Backend backend;
  backend.tls.trust = {"ns/ca"};
  const auto p = prepared(
      {resource("ns/k", "1", good_pair("a.example")), resource("a", "1", server_with("ns/k")),
       resource("0", "1", listener_of({"a"})), resource("a/box", "1", backend)});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].key.type, ResourceType::Backend);
  EXPECT_NE(p.prepared->snapshot->listener(0), nullptr);
}

}  // namespace
}  // namespace postern::adopt::test
