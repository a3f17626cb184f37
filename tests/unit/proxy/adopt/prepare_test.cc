#include "proxy/adopt/prepare.h"

#include <gtest/gtest.h>

#include "proxy/policy/user_patterns.h"
#include "tests/unit/proxy/adopt/worlds.h"

namespace postern::adopt::test {
namespace {

using config::ResourceKey;
using config::ResourceType;

class Prepare : public ::testing::Test {
 protected:
  Preparation put(std::vector<config::Resource> upserts, std::vector<ResourceKey> removals = {}) {
    Preparation out = preparer_.prepare({"v", held(std::move(upserts)), std::move(removals)});
    if (out.prepared) now_ = out.prepared;
    return out;
  }
  [[nodiscard]] const net::Prepared& now() const { return *now_; }
  [[nodiscard]] const config::Snapshot& snapshot() const { return *now_->snapshot; }
  // One server on one port.
  void serve_a() {
    (void)put({secret("ns/k", "1", good_pair("a.example")), resource("a", "1", server_with("ns/k")),
               resource("0", "1", listener_of({"a"}))});
  }
  [[nodiscard]] std::string version_of(ResourceType type, const std::string& name) const {
    const Held found = preparer_.accepted().find(type, name);
    return found ? found->version : "none";
  }

  SystemClock clock_;
  Preparer preparer_{clock_};
  std::shared_ptr<const net::Prepared> now_;
};

TEST_F(Prepare, a_whole_configuration_comes_through_with_tls_on_its_port) {
  const auto p =
      put({secret("ns/k", "1", good_pair("a.example")), resource("a", "1", server_with("ns/k")),
           resource("0", "1", listener_of({"a"}))});
  EXPECT_TRUE(p.errors.empty());
  EXPECT_NE(now().tls_server(0), nullptr);
  EXPECT_EQ(preparer_.accepted().size(), 3U);
  EXPECT_EQ(preparer_.counts()[static_cast<std::size_t>(ResourceType::Server)], 1U);
  ASSERT_EQ(p.listeners.size(), 1U);
  EXPECT_EQ(p.listeners[0]->port, 0);
}

TEST_F(Prepare, ticket_keys_make_no_snapshot_and_are_in_none) {
  serve_a();
  const auto one = now_;
  const SharedSecret master(std::string(32, 'k'));
  const auto p = put({resource("ticket-keys", "1", config::TicketKeys{master, master, master, 1})});
  EXPECT_TRUE(p.errors.empty());
  EXPECT_EQ(p.prepared, nullptr);
  EXPECT_EQ(p.changed.size(), 1U);
  EXPECT_EQ(version_of(ResourceType::TicketKeys, "ticket-keys"), "1");
  (void)put({resource("a", "2", server_with("ns/k"))});
  EXPECT_NE(now_, one);
  EXPECT_EQ(snapshot().find(ResourceType::TicketKeys, "ticket-keys"), nullptr);
  EXPECT_EQ(put({}, {{ResourceType::TicketKeys, "ticket-keys"}}).prepared, nullptr);
  EXPECT_EQ(version_of(ResourceType::TicketKeys, "ticket-keys"), "none");
}

TEST_F(Prepare, ticket_keys_of_a_server_make_its_tenant_anew_and_are_in_no_snapshot) {
  config::Server own = server_with("ns/k");
  own.tls.tickets = "ns/ticket-keys/t";
  const auto first = put({secret("ns/k", "1", good_pair("a.example")), resource("a", "1", own),
                          resource("0", "1", listener_of({"a"}))});
  EXPECT_TRUE(first.errors.empty());  // until they are here, those of the class serve
  const auto without = now_->tls_servers.at(0);
  const auto p = put({resource(
      "ns/ticket-keys/t", "1",
      config::SecretMaterial{config::OwnTicketKeys{SharedSecret(std::string(32, 'k'))}})});
  EXPECT_TRUE(p.errors.empty());
  EXPECT_NE(now_->tls_servers.at(0)->tenants(), without->tenants());
  EXPECT_EQ(version_of(ResourceType::Secret, "ns/ticket-keys/t"), "1");
  EXPECT_EQ(snapshot().find(ResourceType::Secret, "ns/ticket-keys/t"), nullptr);
}

TEST_F(Prepare, a_bad_key_is_refused_and_what_needs_it_with_it) {
  const auto p = put({secret("ns/k", "1", bad_pair()), resource("a", "1", server_with("ns/k")),
                      resource("0", "1", listener_of({"a"}))});
  ASSERT_EQ(p.errors.size(), 3U);
  EXPECT_EQ(p.errors[0].code, ErrorCode::BadCertificate);
  EXPECT_EQ(p.errors[1].code, ErrorCode::MissingDependency);
  EXPECT_EQ(snapshot().size(), 0U);
}

TEST_F(Prepare, a_bad_key_keeps_its_predecessor_in_force) {
  serve_a();
  const auto p = put({secret("ns/k", "2", bad_pair())});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].version, "2");
  EXPECT_EQ(p.errors[0].running_version, "1");
  EXPECT_EQ(version_of(ResourceType::Secret, "ns/k"), "1");
  EXPECT_NE(now().tls_server(0), nullptr);
  EXPECT_TRUE(p.changed.empty());
}

TEST_F(Prepare, what_was_refused_for_a_bad_key_is_in_force_when_the_key_is_good) {
  (void)put({secret("ns/k", "1", bad_pair()), resource("a", "1", server_with("ns/k")),
             resource("0", "1", listener_of({"a"}))});
  const auto p = put({secret("ns/k", "2", good_pair("a.example"))});
  EXPECT_TRUE(p.errors.empty());
  EXPECT_NE(now().tls_server(0), nullptr);
  EXPECT_EQ(p.recovered,
            (std::vector<ResourceKey>{{ResourceType::Server, "a"}, {ResourceType::Listener, "0"}}));
}

TEST_F(Prepare, a_key_that_a_backend_could_not_use_is_tried_again_when_the_backend_wants_less) {
  config::Backend backend;
  backend.tls.server_names = {"box.example"};
  backend.tls.system_trust = false;
  backend.tls.client_key_pair = "ns/k";
  (void)put({secret("ns/k", "1", good_pair("a.example")), resource("box", "1", backend)});
  const auto p = put({secret("ns/k", "2", weak_pair("a.example"))});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(preparer_.waiting(), (std::vector<ResourceKey>{{ResourceType::Secret, "ns/k"}}));
  backend.tls.client_key_pair.clear();
  EXPECT_TRUE(put({resource("box", "2", backend)}).errors.empty());
  EXPECT_EQ(version_of(ResourceType::Secret, "ns/k"), "2");
}

TEST_F(Prepare, what_was_refused_and_then_removed_does_not_come_back) {
  (void)put({resource("a", "1", server_with("ns/k")), resource("0", "1", listener_of({"a"}))});
  (void)put({}, {{ResourceType::Server, "a"}, {ResourceType::Listener, "0"}});
  (void)put({secret("ns/k", "1", good_pair("a.example"))});
  EXPECT_EQ(preparer_.accepted().size(), 1U);
  EXPECT_EQ(preparer_.names().size(), 1U);
}

TEST_F(Prepare, a_newer_version_takes_the_place_of_one_that_waits) {
  (void)put({resource("a", "1", server_with("ns/k"))});
  (void)put({resource("a", "2", server_with("ns/other"))});
  (void)put({secret("ns/k", "1", good_pair("a.example"))});
  EXPECT_EQ(version_of(ResourceType::Server, "a"), "none");
  (void)put({secret("ns/other", "1", good_pair("a.example"))});
  EXPECT_EQ(version_of(ResourceType::Server, "a"), "2");
}

TEST_F(Prepare, a_version_that_waits_is_tried_over_its_predecessor) {
  serve_a();
  const auto refused = put({resource("a", "2", server_with("ns/other"))});
  ASSERT_EQ(refused.errors.size(), 1U);
  EXPECT_EQ(refused.errors[0].running_version, "1");
  const auto came = put({secret("ns/other", "1", good_pair("a.example"))});
  EXPECT_EQ(version_of(ResourceType::Server, "a"), "2");
  EXPECT_EQ(came.recovered, (std::vector<ResourceKey>{{ResourceType::Server, "a"}}));
}

TEST_F(Prepare, a_refusal_that_was_told_is_not_told_again) {
  (void)put({secret("ns/k", "1", bad_pair()), resource("a", "1", server_with("ns/k"))});
  const auto again = put({secret("ns/k", "2", bad_pair())});
  ASSERT_EQ(again.errors.size(), 1U);
  EXPECT_EQ(again.errors[0].key.type, ResourceType::Secret);
}

// An answer without it would say that it is in force.
TEST_F(Prepare, a_refusal_is_told_again_to_whoever_sends_the_same_again) {
  serve_a();
  for (int i = 0; i < 2; ++i) {
    const auto p = put({resource("a", "2", server_with("ns/other"))});
    ASSERT_EQ(p.errors.size(), 1U);
    EXPECT_EQ(p.errors[0].key, (ResourceKey{ResourceType::Server, "a"}));
    EXPECT_EQ(p.errors[0].version, "2");
    EXPECT_EQ(p.errors[0].running_version, "1");
  }
  for (int i = 0; i < 2; ++i) {
    const auto p = put({resource("b", "1", server_with("ns/other"))});
    ASSERT_EQ(p.errors.size(), 1U);
    EXPECT_EQ(p.errors[0].running_version, "");
  }
}

TEST_F(Prepare, a_key_too_weak_for_a_running_server_is_refused_and_the_server_is_not) {
  serve_a();
  const auto p = put({secret("ns/k", "2", weak_pair("a.example"))});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].key, (ResourceKey{ResourceType::Secret, "ns/k"}));
  EXPECT_EQ(p.errors[0].running_version, "1");
  EXPECT_NE(now().tls_server(0), nullptr);
  EXPECT_EQ(version_of(ResourceType::Server, "a"), "1");
}

TEST_F(Prepare, a_key_that_a_server_refused_is_in_force_when_the_server_gives_way) {
  serve_a();
  (void)put({secret("ns/k", "2", weak_pair("a.example"))});
  config::Server lenient = server_with("ns/k");
  lenient.tls.min_version = config::TlsVersion::Tls11;
  const auto p = put({resource("a", "2", lenient)});
  EXPECT_TRUE(p.errors.empty());
  EXPECT_EQ(version_of(ResourceType::Secret, "ns/k"), "2");
  EXPECT_EQ(p.recovered, (std::vector<ResourceKey>{{ResourceType::Secret, "ns/k"}}));
}

TEST_F(Prepare, a_key_and_a_server_that_spoil_each_other_leave_both_as_they_were) {
  serve_a();
  (void)put({secret("ns/k", "2", weak_pair("a.example"))});
  config::Server broken = server_with("ns/k");
  broken.tls.groups = {"NO_SUCH_GROUP"};
  const auto p = put({resource("a", "2", broken)});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].key, (ResourceKey{ResourceType::Server, "a"}));
  EXPECT_EQ(version_of(ResourceType::Secret, "ns/k"), "1");
  EXPECT_EQ(version_of(ResourceType::Server, "a"), "1");
  EXPECT_NE(now().tls_server(0), nullptr);
}

TEST_F(Prepare, a_server_that_asks_for_a_weak_key_is_refused_itself) {
  serve_a();
  const auto p = put(
      {secret("ns/weak", "1", weak_pair("a.example")), resource("a", "2", server_with("ns/weak"))});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].key, (ResourceKey{ResourceType::Server, "a"}));
  EXPECT_EQ(version_of(ResourceType::Server, "a"), "1");
  EXPECT_EQ(version_of(ResourceType::Secret, "ns/weak"), "1");
}

TEST_F(Prepare, a_secret_that_turns_into_another_kind_stays_what_it_was) {
  serve_a();
  const auto p = put({resource("ns/k", "2", config::SecretMaterial{config::TrustBundle{"pem"}})});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].key, (ResourceKey{ResourceType::Secret, "ns/k"}));
  EXPECT_NE(now().tls_server(0), nullptr);
}

TEST_F(Prepare, a_key_that_is_removed_takes_its_server_along_and_brings_it_back) {
  serve_a();
  const auto gone = put({}, {{ResourceType::Secret, "ns/k"}});
  EXPECT_EQ(gone.errors.size(), 2U);
  EXPECT_EQ(gone.closed, std::vector<std::uint16_t>{0});
  EXPECT_EQ(now().tls_server(0), nullptr);
  const auto back = put({secret("ns/k", "2", good_pair("a.example"))});
  EXPECT_TRUE(back.errors.empty());
  EXPECT_EQ(back.listeners.size(), 1U);
  EXPECT_NE(now().tls_server(0), nullptr);
}

TEST_F(Prepare, one_tenants_refusal_is_not_the_others) {
  const auto p = put(
      {secret("ns/k", "1", good_pair("b.example")), resource("a", "1", server_with("ns/missing")),
       resource("b", "1", server_with("ns/k")), resource("0", "1", listener_of({"a", "b"}))});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].key, (ResourceKey{ResourceType::Server, "a"}));
  const config::Listener* listener = snapshot().listener(0);
  ASSERT_NE(listener, nullptr);
  ASSERT_EQ(listener->tenants.size(), 1U);
  EXPECT_EQ(listener->tenants[0].server, "b");
  const Held as_received = preparer_.accepted().find(ResourceType::Listener, "0");
  EXPECT_EQ(as_received->get<config::Listener>().tenants.size(), 2U);
}

TEST_F(Prepare, a_tenant_whose_server_comes_later_is_served_then) {
  (void)put({secret("ns/k", "1", good_pair("b.example")), resource("b", "1", server_with("ns/k")),
             resource("0", "1", listener_of({"a", "b"}))});
  EXPECT_EQ(snapshot().listener(0)->tenants.size(), 1U);
  (void)put({resource("a", "1", server_with("ns/k"))});
  EXPECT_EQ(snapshot().listener(0)->tenants.size(), 2U);
  EXPECT_EQ(now().tls_server(0)->tenants().size(), 2U);
  (void)put({}, {{ResourceType::Server, "b"}});
  ASSERT_EQ(snapshot().listener(0)->tenants.size(), 1U);
  EXPECT_EQ(snapshot().listener(0)->tenants[0].server, "a");
}

TEST_F(Prepare, an_unknown_cipher_suite_refuses_that_server_by_field) {
  config::Server server = server_with("ns/k");
  server.tls.cipher_suites = {"TLS_AES_128_GCM_SHA256", "NO_SUCH_SUITE"};
  const auto p = put({secret("ns/k", "1", good_pair("a.example")), resource("a", "1", server),
                      resource("0", "1", listener_of({"a"}))});
  ASSERT_FALSE(p.errors.empty());
  EXPECT_EQ(p.errors[0].key, (ResourceKey{ResourceType::Server, "a"}));
  EXPECT_NE(p.errors[0].field.find("[1]"), std::string::npos) << p.errors[0].field;
}

TEST_F(Prepare, every_problem_of_a_server_is_in_its_one_error) {
  config::Server server = server_with("ns/k");
  server.tls.cipher_suites = {"NO_SUCH_SUITE"};
  server.tls.groups = {"NO_SUCH_GROUP"};
  const auto p = put({secret("ns/k", "1", good_pair("a.example")), resource("a", "1", server),
                      resource("0", "1", listener_of({"a"}))});
  ASSERT_FALSE(p.errors.empty());
  EXPECT_NE(p.errors[0].detail.find("NO_SUCH_SUITE"), std::string::npos);
  EXPECT_NE(p.errors[0].detail.find("tls.groups[0]"), std::string::npos) << p.errors[0].detail;
}

TEST_F(Prepare, a_backend_without_its_authority_is_refused_and_the_rest_is_not) {
  config::Backend backend;
  backend.tls.trust = {"ns/ca"};
  backend.tls.server_names = {"box.example"};
  const auto p =
      put({secret("ns/k", "1", good_pair("a.example")), resource("a", "1", server_with("ns/k")),
           resource("0", "1", listener_of({"a"})), resource("a/box", "1", backend)});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].key.type, ResourceType::Backend);
  EXPECT_NE(snapshot().listener(0), nullptr);
  const std::string ca(postern::test::Authority().bundle().ca_pem.text());
  (void)put({resource("ns/ca", "1", config::SecretMaterial{config::TrustBundle{ca}})});
  EXPECT_NE(now().tls_client("a/box"), nullptr);
}

TEST_F(Prepare, what_an_update_does_not_concern_is_shared_with_the_snapshot_before) {
  config::Backend backend;
  backend.tls.server_names = {"box.example"};
  config::Listener other = listener_of({"b"}, 1);
  (void)put({secret("ns/k", "1", good_pair("a.example")), resource("a", "1", server_with("ns/k")),
             secret("ns/l", "1", good_pair("b.example")), resource("b", "1", server_with("ns/l")),
             resource("0", "1", listener_of({"a", "b"})), resource("1", "1", other),
             resource("x/one", "1", backend), resource("x/two", "1", backend)});
  const auto before = now_;
  (void)put({secret("ns/k", "2", good_pair("a.example")), resource("x/one", "2", [&] {
               backend.retries = 7;
               return backend;
             }())});
  EXPECT_NE(now_, before);
  EXPECT_EQ(now().tls_server(1), before->tls_server(1));
  EXPECT_NE(now().tls_server(0), before->tls_server(0));
  EXPECT_NE(now().tls_server(0)->tenants()[0], before->tls_server(0)->tenants()[0]);
  EXPECT_EQ(now().tls_server(0)->tenants()[1], before->tls_server(0)->tenants()[1]);
  EXPECT_EQ(now().tls_client("x/two"), before->tls_client("x/two"));
  EXPECT_NE(now().tls_client("x/one"), before->tls_client("x/one"));
  EXPECT_GE(snapshot().shards_shared_with(*before->snapshot), 62U);
}

TEST_F(Prepare, a_server_whose_tls_is_as_before_keeps_its_listener_as_it_is) {
  serve_a();
  const auto before = now_;
  config::Server server = server_with("ns/k");
  server.limits.max_connections = 3;
  (void)put({resource("a", "2", server)});
  EXPECT_NE(now_, before);
  EXPECT_EQ(now().tls_server(0), before->tls_server(0));
}

TEST_F(Prepare, endpoints_make_no_new_snapshot_but_are_in_the_next_one) {
  serve_a();
  const auto p = put({resource("a/box", "1", endpoints_at("192.0.2.1"))});
  EXPECT_EQ(p.prepared, nullptr);
  ASSERT_EQ(p.endpoints.size(), 1U);
  EXPECT_EQ(p.endpoints[0].backend, "a/box");
  EXPECT_EQ(*p.endpoints[0].now, endpoints_at("192.0.2.1"));
  EXPECT_EQ(snapshot().endpoints("a/box"), nullptr);
  (void)put({resource("a", "2", server_with("ns/k"))});
  ASSERT_NE(snapshot().endpoints("a/box"), nullptr);
  const auto gone = put({}, {{ResourceType::Endpoints, "a/box"}});
  ASSERT_EQ(gone.endpoints.size(), 1U);
  EXPECT_EQ(gone.endpoints[0].now, nullptr);
}

TEST_F(Prepare, an_edited_table_is_in_the_next_snapshot_and_touches_nothing_else) {
  serve_a();
  (void)put({resource("ns/ConfigMap/m#routes/routes", "1", config::Table{{{"joe", "box", {}}}})});
  const auto before = now_;
  const auto p =
      put({resource("ns/ConfigMap/m#routes/routes", "2", config::Table{{{"joe", "other", {}}}})});
  EXPECT_TRUE(p.errors.empty());
  ASSERT_NE(p.prepared, nullptr);
  EXPECT_EQ(snapshot().table("ns/ConfigMap/m#routes/routes")->find("joe")->backend, "other");
  EXPECT_EQ(before->snapshot->table("ns/ConfigMap/m#routes/routes")->find("joe")->backend, "box");
  EXPECT_EQ(now().tls_server(0), before->tls_server(0));
  EXPECT_GE(snapshot().shards_shared_with(*before->snapshot), 63U);
  (void)put({}, {{ResourceType::Table, "ns/ConfigMap/m#routes/routes"}});
  EXPECT_EQ(snapshot().table("ns/ConfigMap/m#routes/routes"), nullptr);
}

TEST_F(Prepare, a_server_waits_for_its_tables_and_keeps_what_it_had_when_a_pattern_is_bad) {
  config::Server server = server_with("ns/k");
  server.routing.tables = {{"ns/ConfigMap/m#routes/routes", false}, {"", false}};
  auto p = put({secret("ns/k", "1", good_pair("a.example")), resource("a", "1", server)});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].code, ErrorCode::MissingDependency);
  EXPECT_EQ(p.errors[0].field, "routing.tables[0].table");
  p = put({resource("ns/ConfigMap/m#routes/routes", "1", config::Table{})});
  EXPECT_EQ(p.recovered, (std::vector<ResourceKey>{{ResourceType::Server, "a"}}));
  EXPECT_EQ(now().user_patterns("a"), nullptr);
  server.routing.rules = {{"r", {.user_pattern = "a.*"}, {{"b", 1, {}}}}};
  EXPECT_TRUE(put({resource("a", "2", server)}).errors.empty());
  ASSERT_NE(now().user_patterns("a"), nullptr);
  EXPECT_TRUE(now().user_patterns("a")->matches(0, "abc"));
  server.routing.rules[0].match.user_pattern = "(";
  p = put({resource("a", "3", server)});
  ASSERT_EQ(p.errors.size(), 1U);
  EXPECT_EQ(p.errors[0].field, "routing.rules[0].match.user_pattern");
  EXPECT_EQ(p.errors[0].running_version, "2");
  EXPECT_TRUE(now().user_patterns("a")->matches(0, "abc"));
  p = put({}, {{ResourceType::Table, "ns/ConfigMap/m#routes/routes"}});
  EXPECT_EQ(version_of(ResourceType::Server, "a"), "none");
  EXPECT_EQ(now().user_patterns("a"), nullptr);
}

TEST_F(Prepare, the_same_version_again_changes_nothing) {
  serve_a();
  const auto p = put({resource("a", "1", server_with("ns/k"))});
  EXPECT_EQ(p.prepared, nullptr);
  EXPECT_TRUE(p.changed.empty());
}

TEST_F(Prepare, a_port_that_gives_up_tls_has_none) {
  serve_a();
  config::Listener plain = listener_of({"a"});
  plain.tls = config::ListenerTls::Disabled;
  (void)put({resource("0", "2", plain)});
  EXPECT_EQ(now().tls_server(0), nullptr);
  EXPECT_NE(snapshot().listener(0), nullptr);
}

}  // namespace
}  // namespace postern::adopt::test
