#include <gtest/gtest.h>

#include <iterator>

#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

constexpr const char* kRouteTable = "mail/ConfigMap/moved#routes/routes";

model::MailServer routed(model::RoutingSpec routing) {
  return working()
      .backend(mk_address_backend("store", {{"one", "10.0.0.7"}}))
      .with([&](model::MailServer& server) { server.routing = routing; });
}

model::RoutingSpec by_table(const std::string& on_miss = "Continue") {
  return {{{{"moved", "mail", "routes"}, on_miss}}, {}};
}

model::RoutingSpec by_rule(model::RouteMatchSpec match) {
  return {{}, {{"one", std::move(match), {{"store", 3, "one"}, {"mailbox", 1, {}}}}}};
}

std::vector<model::Object> with_table(const std::string& text) {
  std::vector<model::Object> out = rest();
  out.emplace_back(mk_config_map("mail/moved", "routes", text));
  return out;
}

std::string table_of(const config::Server& server) { return server.routing.tables.at(0).table; }

TEST(Routing, that_is_not_written_asks_nothing_of_a_proxy) {
  const Scene scene = scene_of(routed({}));
  EXPECT_TRUE(scene.server()->routing.empty());
  EXPECT_EQ(scene.server()->routing, config::Routing{});
  const auto* server = resource_in(scene, {config::ResourceType::Server, "mail/example"});
  EXPECT_TRUE(server->required_features.empty());
}

TEST(Routing, by_a_table_gives_it_as_a_resource_of_its_own) {
  const Scene scene =
      scene_of(routed(by_table("Reject")), with_table("Joe: store/one\n@a.b: mailbox"));
  EXPECT_EQ(scene.problems(), Words{});
  EXPECT_EQ(table_of(*scene.server()), kRouteTable);
  EXPECT_TRUE(scene.server()->routing.tables[0].rejects_on_miss);
  const auto* table = scene.find<config::Table>(kRouteTable);
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->find("joe")->member, "one");
  for (const config::ResourceKey& key :
       {config::ResourceKey{config::ResourceType::Server, "mail/example"},
        config::ResourceKey{config::ResourceType::Table, kRouteTable}}) {
    EXPECT_EQ(resource_in(scene, key)->required_features, Words{"routing"});
  }
}

TEST(Routing, shares_are_cut_by_the_seed_of_the_backends) {
  const Scene scene = scene_of(routed(by_rule({})));
  EXPECT_EQ(scene.server()->routing.seed, scene.backend()->seed);
  const auto& targets = scene.server()->routing.rules.at(0).targets;
  EXPECT_EQ(targets, (std::vector<config::RouteTarget>{{"mail/example/store", 3, "one"},
                                                       {"mail/example/mailbox", 1, {}}}));
}

TEST(Routing, by_a_table_that_is_not_there_passes_nobody) {
  const Scene scene = scene_of(routed(by_table()));
  EXPECT_EQ(scene.problems(), Words{"ConfigMapNotFound spec.routing.tables[0].configMap"});
  EXPECT_EQ(table_of(*scene.server()), "");
  const Scene lacking = scene_of(routed(by_table()), [] {
    std::vector<model::Object> out = rest();
    out.emplace_back(mk_config_map("mail/moved", "other", ""));
    return out;
  }());
  EXPECT_EQ(lacking.problems(), Words{"ConfigMapNotFound spec.routing.tables[0].configMap"});
}

TEST(Routing, by_a_table_without_a_line_goes_on_to_what_comes_next) {
  const Scene scene = scene_of(routed(by_table()), with_table(""));
  EXPECT_EQ(scene.problems(), Words{});
  EXPECT_EQ(table_of(*scene.server()), kRouteTable);
  EXPECT_TRUE(scene.find<config::Table>(kRouteTable)->lines.empty());
}

TEST(Routing, names_the_line_that_cannot_be_read) {
  const Scene scene = scene_of(routed(by_table()), with_table("joe: store\nzoe"));
  ASSERT_EQ(scene.built.problems.size(), 1U);
  EXPECT_EQ(scene.built.problems[0].reason, "InvalidTable");
  EXPECT_NE(scene.built.problems[0].message.find("ConfigMap mail/moved, routes, line 2: "),
            std::string::npos)
      << scene.built.problems[0].message;
  EXPECT_EQ(table_of(*scene.server()), "");
}

TEST(Routing, names_lines_that_lead_nowhere_and_keeps_the_others) {
  const Scene scene = scene_of(
      routed(by_table()), with_table("a: store/two\nb: nowhere\nc: mailbox/x\nd: store\ne: no"));
  ASSERT_EQ(scene.built.problems.size(), 1U);
  EXPECT_EQ(scene.built.problems[0].message,
            "ConfigMap mail/moved, line 1: a: store has no member two; line 2: b: there is no "
            "backend nowhere; line 3: c: the members of mailbox have no lasting names; and 1 "
            "more; whom these lines name gets a temporary failure");
  EXPECT_EQ(scene.find<config::Table>(kRouteTable)->lines.size(), 5U);
}

TEST(Routing, by_a_rule_tells_of_a_protocol_that_its_backend_lacks) {
  model::RouteMatchSpec match;
  match.protocols = {Protocol::Imap, Protocol::Lmtp};
  const Scene scene = scene_of(routed(by_rule(match)));
  EXPECT_EQ(scene.problems(), (Words{"PortNotFound spec.routing.rules[0].backends[0]",
                                     "PortNotFound spec.routing.rules[0].backends[1]"}));
}

TEST(Routing, by_the_name_of_a_provider_tells_proxies_of_it) {
  model::RouteMatchSpec match;
  match.providers = {"pod"};
  model::MailServer server = routed(by_rule(match));
  model::ProviderSpec pod;
  pod.name = "pod";
  pod.kind = model::BackendProviderSpec{{"PLAIN", "LOGIN"}};
  server.providers = {pod};
  const Scene scene = scene_of(server);
  EXPECT_EQ(scene.server()->providers, Words{"mail/example/pod"});
  const auto* resource = resource_in(scene, {config::ResourceType::Server, "mail/example"});
  EXPECT_EQ(resource->required_features, (Words{"providers", "routing"}));
}

// What a builder says and gives while a table is edited.
class EditedTable : public ::testing::Test {
 protected:
  EditedTable() {
    (void)world_.replace(with_table("joe: store"));
    (void)world_.apply(model::Object(routed(by_table())));
    world::Touched all;
    all.all = true;
    (void)update(all);
  }
  Changes update(const world::Touched& touched) {
    Changes changes = builder_.update(world_, touched, {});
    problems_.clear();
    for (const Verdict& verdict : changes.verdicts) {
      for (const model::Problem& problem : verdict.problems) problems_.push_back(problem.message);
    }
    return changes;
  }
  Changes edit(const std::string& text) {
    return update(world_.apply(model::Object(mk_config_map("mail/moved", "routes", text))));
  }
  static Words names(const std::vector<config::FreshResource>& resources) {
    Words out;
    for (const config::FreshResource& one : resources) out.push_back(one->name);
    return out;
  }

  world::World world_;
  Builder builder_;
  Words problems_;
};

TEST_F(EditedTable, is_all_that_is_sent) {
  EXPECT_EQ(names(edit("joe: mailbox").upserts), Words{kRouteTable});
  EXPECT_EQ(names(edit("# nothing else\njoe: mailbox").upserts), Words{});
}

TEST_F(EditedTable, stays_as_it_was_while_it_is_bad_or_gone) {
  EXPECT_EQ(names(edit("joe mailbox").upserts), Words{});
  ASSERT_EQ(problems_.size(), 1U);
  EXPECT_NE(problems_[0].find("the table before it stays in force"), std::string::npos);
  const Changes gone = update(world_.remove({"ConfigMap", "mail", "moved"}));
  EXPECT_EQ(names(gone.upserts), Words{});
  EXPECT_TRUE(gone.removals.empty());
  ASSERT_EQ(problems_.size(), 1U);
  EXPECT_NE(problems_[0].find("there is no ConfigMap mail/moved"), std::string::npos);
  EXPECT_EQ(names(edit("joe: mailbox").upserts), Words{kRouteTable});
  EXPECT_TRUE(problems_.empty());
}

TEST_F(EditedTable, is_of_the_config_map_that_was_made_anew_with_the_same_text) {
  model::ConfigMapObject anew = mk_config_map("mail/moved", "routes", "joe: store");
  (void)update(world_.remove({"ConfigMap", "mail", "moved"}));
  EXPECT_EQ(names(update(world_.apply(anew)).upserts), Words{});
  anew.meta.uid = "another";
  const Changes changes = update(world_.apply(anew));
  ASSERT_EQ(names(changes.upserts), Words{kRouteTable});
  EXPECT_EQ((*std::next(changes.upserts[0]->sources.begin())).uid, "another");
}

TEST_F(EditedTable, goes_with_the_last_that_names_it_and_is_forgotten) {
  Changes gone = update(world_.apply(model::Object(routed({}))));
  EXPECT_EQ(gone.removals,
            (std::vector<config::ResourceKey>{{config::ResourceType::Table, kRouteTable}}));
  (void)world_.remove({"ConfigMap", "mail", "moved"});
  (void)update(world_.apply(model::Object(routed(by_table()))));
  ASSERT_EQ(problems_.size(), 1U);
  EXPECT_NE(problems_[0].find("until that is mended"), std::string::npos) << problems_[0];
}

}  // namespace
}  // namespace postern::build
