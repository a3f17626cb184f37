// Where to: a session whose MailServer has tables and rules.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "proxy/policy/user_patterns.h"
#include "tests/unit/proxy/session/fake_asker.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {
namespace {

constexpr const char* kTable = "mail/ConfigMap/moved#routes/routes";

// The world of SimWorker with a second backend, of two declared members.
struct RoutedWorld : World {
  RoutedWorld() {
    server.protocols[0].backends.push_back("mail/example/store");
    store = backend;
    store.name = "store";
    store.declared_members = {"pod-0", "pod-1"};
    members = *served_by({"10.0.1.0", "10.0.1.1"});
    members.endpoints[0].id = "pod-0";
    members.endpoints[1].id = "pod-1";
  }
  void by_table(std::vector<config::TableLine> lines, bool rejects = false) {
    table.lines = std::move(lines);
    server.routing.tables = {{kTable, rejects}};
  }

  config::Backend store;
  config::EndpointSet members;
  config::Table table;

  [[nodiscard]] std::shared_ptr<net::Prepared> routed() const {
    auto out = prepared();
    config::Snapshot::Draft draft(*out->snapshot);
    draft.put(resource("mail/example/store", store));
    draft.put(resource("mail/example/store", members));
    draft.put(resource(kTable, table));
    for (const std::string& name : server.providers) {
      config::Provider provider;
      provider.name = name.substr(name.rfind('/') + 1);
      provider.mechanisms = {Mechanism::Plain, Mechanism::Login};
      provider.kind = config::HttpProvider{};
      draft.put(resource(name, provider));
    }
    out->snapshot = std::make_shared<const config::Snapshot>(draft.finish("2"));
    net::ReadyPatterns::Draft patterns(out->patterns);
    patterns.put("mail/example", std::make_shared<const policy::UserPatterns>(
                                     *policy::UserPatterns::compile(server.routing.rules)));
    out->patterns = patterns.finish();
    return out;
  }
};

class Routed : public ::testing::Test {
 protected:
  void begin(const RoutedWorld& world) {
    sim_ = std::make_unique<SimWorker>(world.routed());
    sim_->worker.ask_through(asker_);
  }
  // Where a login goes: "10.0.1.0", or the words of its refusal.
  std::string where(const std::string& user) {
    Peer client = sim_->connect();
    (void)client.hear();
    const std::size_t dialled = sim_->dialer.dialled.size();
    client.say("a LOGIN " + user + " secret\r\n");
    sim_->settle();
    if (sim_->dialer.dialled.size() > dialled) return sim_->dialer.dialled.back().ip.text();
    return client.hear();
  }
  [[nodiscard]] bool was_logged(std::string_view words) const {
    for (const std::string& line : sim_->log.lines) {
      if (line.find(words) != std::string::npos) return true;
    }
    return false;
  }

  FakeAsker asker_;
  std::unique_ptr<SimWorker> sim_;
};

TEST_F(Routed, goes_where_the_line_of_his_mailbox_says) {
  RoutedWorld world;
  world.by_table({{"@b.example", "store", "pod-1"}, {"joe@a.example", "store", "pod-0"}});
  world.server.log_level = config::LogLevel::Debug;
  begin(world);
  EXPECT_EQ(where("Joe@A.example"), "10.0.1.0");
  EXPECT_EQ(where("any@b.example"), "10.0.1.1");
  EXPECT_TRUE(where("joe@c.example").starts_with("10.0.0."));
  EXPECT_TRUE(was_logged("user routed"));
}

TEST_F(Routed, sees_an_edited_table_at_his_next_login) {
  RoutedWorld world;
  world.by_table({{"joe", "store", "pod-0"}});
  begin(world);
  EXPECT_EQ(where("joe"), "10.0.1.0");
  world.by_table({{"joe", "store", "pod-1"}});
  (void)sim_->worker.adopt(world.routed());
  EXPECT_EQ(where("joe"), "10.0.1.1");
}

TEST_F(Routed, has_nobody_stand_in_for_the_member_that_is_his) {
  RoutedWorld world;
  world.by_table({{"joe", "store", "pod-0"}, {"zoe", "store", "pod-9"}});
  world.members.endpoints.erase(world.members.endpoints.begin());
  begin(world);
  EXPECT_NE(where("joe").find("NO [UNAVAILABLE]"), std::string::npos);
  EXPECT_NE(where("zoe").find("NO [UNAVAILABLE]"), std::string::npos);
}

TEST_F(Routed, is_told_to_come_again_where_his_line_leads_nowhere) {
  RoutedWorld world;
  world.by_table({{"joe", "nowhere", {}}});
  begin(world);
  EXPECT_NE(where("joe").find("NO [UNAVAILABLE]"), std::string::npos);
  EXPECT_TRUE(was_logged("user has no backend"));
  EXPECT_TRUE(was_logged("names backend nowhere, which is not here"));
}

TEST_F(Routed, is_told_to_come_again_by_a_table_that_cannot_be_used) {
  RoutedWorld world;
  world.server.routing.tables = {{"", false}};
  begin(world);
  EXPECT_NE(where("joe").find("NO [UNAVAILABLE]"), std::string::npos);
}

TEST_F(Routed, hears_what_everybody_unknown_hears_when_no_table_has_him) {
  RoutedWorld world;
  world.by_table({{"joe", "store", {}}}, true);
  begin(world);
  EXPECT_TRUE(where("joe").starts_with("10.0.1."));
  EXPECT_NE(where("zoe").find("NO [AUTHENTICATIONFAILED]"), std::string::npos);
}

TEST_F(Routed, goes_by_his_name_pattern_address_and_port) {
  RoutedWorld world;
  config::RouteMatch match;
  match.user_pattern = "robot-[0-9]+";
  match.sources = {*Network::parse("192.0.2.0/24")};
  match.ports = {143};
  world.server.routing.rules = {{"robots", match, {{"mail/example/store", 1, "pod-1"}}}};
  begin(world);
  EXPECT_EQ(where("robot-7"), "10.0.1.1");
  EXPECT_TRUE(where("robot-x").starts_with("10.0.0."));
}

TEST_F(Routed, goes_by_who_said_yes_and_what_was_returned_of_him) {
  RoutedWorld world;
  world.server.providers = {"mail/example/accounts"};
  config::RouteMatch match;
  match.providers = {"accounts"};
  match.attributes = {{"tier", "gold"}};
  world.server.routing.rules = {{"gold", match, {{"mail/example/store", 1, "pod-1"}}}};
  begin(world);
  for (const auto& [tier, address] : {std::pair{"gold", "10.0.1.1"}, std::pair{"tin", "10.0.0."}}) {
    Peer client = sim_->connect();
    (void)client.hear();
    client.say("a LOGIN joe secret\r\n");
    sim_->settle();
    policy::Accept yes;
    yes.attributes = {{"tier", tier}};
    asker_.answer(std::move(yes));
    sim_->settle();
    ASSERT_FALSE(sim_->dialer.dialled.empty());
    EXPECT_TRUE(sim_->dialer.dialled.back().ip.text().starts_with(address)) << tier;
  }
}

}  // namespace
}  // namespace postern::session::test
