#include "proxy/policy/routing.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace postern::policy {
namespace {

using config::RouteMatch;

constexpr const char* kServer = "mail/example";

std::string of(const std::string& word) { return std::string(kServer) + "/" + word; }

// Old and new have everything, archive IMAP alone, outbound Submission alone.
config::Server server() {
  config::Server server;
  config::ProtocolOffer imap;
  imap.backends = {of("old"), of("new"), of("archive")};
  config::ProtocolOffer submission;
  submission.protocol = Protocol::Submission;
  submission.backends = {of("outbound"), of("old"), of("new")};
  server.protocols = {imap, submission};
  server.routing.seed[0] = 7;
  return server;
}

config::Table table(std::vector<config::TableLine> lines) {
  std::ranges::sort(lines, {}, &config::TableLine::key);
  return {std::move(lines)};
}

config::RouteRule rule(std::string name, RouteMatch match,
                       std::vector<config::RouteTarget> targets) {
  return {std::move(name), std::move(match), std::move(targets)};
}

config::RouteRule to(const std::string& backend, RouteMatch match) {
  return rule("to-" + backend, std::move(match), {{of(backend), 1, {}}});
}

class Routing : public ::testing::Test {
 protected:
  Routing() {
    facts_.server = kServer;
    facts_.mailbox = "joe@example.com";
    facts_.port = 993;
    facts_.client.ip = *IpAddress::parse("192.0.2.7");
  }
  void add_table(config::Table table, bool rejects = false) {
    tables_.push_back(std::move(table));
    server_.routing.tables.push_back({"t" + std::to_string(tables_.size()), rejects});
  }
  Result<Route, Unrouted> asked() {
    auto compiled = UserPatterns::compile(server_.routing.rules);
    EXPECT_TRUE(compiled.has_value());
    patterns_ = std::move(*compiled);
    view_.clear();
    for (const config::Table& one : tables_) view_.push_back(&one);
    return route({server_, view_, &patterns_}, facts_);
  }
  // "old", "archive/pod-2", or why not.
  std::string where() {
    const auto routed = asked();
    if (!routed) return "no: " + std::string(name_of(routed.error().reason));
    std::string out(backend_word(routed->backend));
    if (!routed->member.empty()) out += "/" + std::string(routed->member);
    return out;
  }
  std::string where_of(const std::string& mailbox) {
    facts_.mailbox = mailbox;
    return where();
  }
  std::string said() {
    (void)asked();
    return explain({server_, view_, &patterns_}, facts_);
  }
  // Of a rule with this condition alone: whether it takes him.
  bool takes(RouteMatch match) {
    server_.routing.rules = {to("archive", std::move(match))};
    return where() == "archive";
  }

  config::Server server_ = server();
  std::vector<config::Table> tables_;
  Facts facts_;
  std::vector<const config::Table*> view_;
  UserPatterns patterns_;
};

TEST_F(Routing, takes_the_first_backend_that_has_the_protocol) {
  EXPECT_EQ(where(), "old");
  facts_.protocol = Protocol::Submission;
  EXPECT_EQ(where(), "outbound");
  EXPECT_EQ(asked()->choice.by, ChosenBy::Default);
}

TEST_F(Routing, tells_a_protocol_that_is_not_offered_from_a_backend_that_is_gone) {
  facts_.protocol = Protocol::Pop3;
  EXPECT_EQ(where(), "no: protocol_not_offered");
  facts_.protocol = Protocol::Imap;
  server_.protocols[0].backends.clear();
  EXPECT_EQ(where(), "no: no_backend");
}

TEST_F(Routing, by_a_line_of_the_mailbox_then_of_its_domain_then_by_rules) {
  server_.routing.rules = {to("old", {})};
  add_table(table({{"joe@example.com", "archive", "pod-2"}, {"@example.com", "new", {}}}));
  EXPECT_EQ(where(), "archive/pod-2");
  EXPECT_EQ(asked()->choice.key, "joe@example.com");
  EXPECT_EQ(where_of("zoe@example.com"), "new");
  EXPECT_EQ(asked()->choice.by, ChosenBy::DomainLine);
  EXPECT_EQ(where_of("zoe@example.org"), "old");
  EXPECT_EQ(where_of("zoe"), "old");
}

TEST_F(Routing, finds_names_that_were_left_as_they_were_typed) {
  server_.routing.rules = {to("new", {.users = {"zoe@example.com"}})};
  add_table(table({{"joe@example.com", "archive", {}}}));
  EXPECT_EQ(where_of("Joe@Example.COM"), "archive");
  EXPECT_EQ(where_of("ZOE@example.com"), "new");
}

TEST_F(Routing, asks_tables_in_order_and_each_for_mailbox_and_domain) {
  add_table(table({{"@example.com", "new", {}}}));
  add_table(table({{"joe@example.com", "archive", {}}, {"@example.org", "archive", {}}}));
  EXPECT_EQ(where(), "new");
  EXPECT_EQ(where_of("zoe@example.org"), "archive");
}

TEST_F(Routing, refuses_whom_a_table_that_decides_does_not_have) {
  server_.routing.rules = {to("old", {})};
  add_table(table({{"joe@example.com", "new", {}}}), true);
  EXPECT_EQ(where(), "new");
  EXPECT_EQ(where_of("zoe@example.com"), "no: unknown_user");
}

TEST_F(Routing, leads_nobody_past_a_table_that_is_not_here) {
  add_table(table({{"joe@example.com", "new", {}}}));
  server_.routing.tables.push_back({"", false});
  EXPECT_EQ(where(), "new");
  EXPECT_EQ(where_of("zoe@example.com"), "no: table_away");
}

TEST_F(Routing, leads_nobody_elsewhere_whose_line_names_a_backend_that_is_not_here) {
  add_table(table({{"joe@example.com", "nowhere", {}}, {"zoe@example.com", "mail/example", {}}}));
  EXPECT_EQ(where(), "no: unknown_backend");
  EXPECT_EQ(where_of("zoe@example.com"), "no: unknown_backend");
  facts_.protocol = Protocol::Submission;
  EXPECT_EQ(where(), "no: unknown_backend");
}

TEST_F(Routing, a_mailbox_is_nowhere_else_but_sending_needs_no_mailbox) {
  add_table(table({{"joe@example.com", "archive", {}}, {"out@example.com", "outbound", {}}}));
  EXPECT_EQ(where_of("out@example.com"), "no: backend_lacks_it");
  facts_.protocol = Protocol::Submission;
  EXPECT_EQ(where_of("joe@example.com"), "outbound");
  EXPECT_EQ(where_of("out@example.com"), "outbound");
}

TEST_F(Routing, the_first_rule_that_matches_decides) {
  server_.routing.rules = {to("archive", {.domains = {"example.org"}}), to("new", {}),
                           to("old", {})};
  EXPECT_EQ(where(), "new");
  EXPECT_EQ(asked()->choice.name, "to-new");
}

TEST_F(Routing, each_condition_is_one_of_what_is_written) {
  EXPECT_TRUE(takes({.protocols = {Protocol::Pop3, Protocol::Imap}}));
  EXPECT_FALSE(takes({.protocols = {Protocol::Pop3}}));
  EXPECT_TRUE(takes({.ports = {143, 993}}));
  EXPECT_FALSE(takes({.ports = {143}}));
  EXPECT_TRUE(takes({.domains = {"example.org", "example.com"}}));
  EXPECT_FALSE(takes({.domains = {"xample.com", "com"}}));
  EXPECT_TRUE(takes({.users = {"zoe@example.com", "joe@example.com"}}));
  EXPECT_FALSE(takes({.users = {"joe"}}));
  EXPECT_TRUE(takes({.sources = {*Network::parse("10.0.0.0/8"), *Network::parse("192.0.2.0/24")}}));
  EXPECT_FALSE(takes({.sources = {*Network::parse("10.0.0.0/8")}}));
}

TEST_F(Routing, a_name_that_nobody_asked_for_matches_no_hostname) {
  EXPECT_FALSE(takes({.hostnames = {"*.example.com", "mail.example.com"}}));
  facts_.asked_name = "imap.example.com";
  EXPECT_TRUE(takes({.hostnames = {"mail.example.com", "*.example.com"}}));
  EXPECT_FALSE(takes({.hostnames = {"mail.example.com", "*.imap.example.com"}}));
}

TEST_F(Routing, a_provider_matches_by_name_and_attributes_all_together) {
  EXPECT_FALSE(takes({.providers = {"accounts"}}));
  facts_.provider = "accounts";
  EXPECT_TRUE(takes({.providers = {"sso", "accounts"}}));
  EXPECT_FALSE(takes({.attributes = {{"tier", "gold"}}}));
  facts_.attributes = {{"tier", "gold"}, {"site", "north"}};
  EXPECT_TRUE(takes({.attributes = {{"tier", "gold"}, {"site", "north"}}}));
  EXPECT_FALSE(takes({.attributes = {{"tier", "gold"}, {"site", "south"}}}));
  EXPECT_FALSE(takes({.attributes = {{"Tier", "gold"}}}));
}

TEST_F(Routing, a_pattern_is_for_the_whole_name) {
  EXPECT_TRUE(takes({.user_pattern = "j.*@example\\.com"}));
  EXPECT_FALSE(takes({.user_pattern = "joe"}));
  EXPECT_FALSE(takes({.user_pattern = "oe@example.com"}));
  EXPECT_TRUE(takes({.user_pattern = "joe|joe@example.com"}));
  EXPECT_FALSE(takes({.domains = {"example.org"}, .user_pattern = ".*"}));
}

TEST_F(Routing, a_rule_whose_pattern_nobody_compiled_takes_nobody) {
  server_.routing.rules = {to("archive", {.user_pattern = ".*"})};
  const auto routed = route({server_, {}, nullptr}, facts_);
  ASSERT_TRUE(routed.has_value());
  EXPECT_EQ(backend_word(routed->backend), "old");
}

TEST_F(Routing, a_rule_takes_those_of_its_backends_that_have_the_protocol) {
  server_.routing.rules = {rule("split", {}, {{of("archive"), 1, {}}, {of("outbound"), 9, {}}})};
  EXPECT_EQ(where(), "archive");
  facts_.protocol = Protocol::Submission;
  EXPECT_EQ(where(), "outbound");
}

TEST_F(Routing, a_rule_without_such_a_backend_leads_a_mailbox_nowhere) {
  server_.routing.rules = {to("outbound", {}), to("old", {})};
  EXPECT_EQ(where(), "no: backend_lacks_it");
  server_.routing.rules = {to("archive", {}), to("new", {})};
  facts_.protocol = Protocol::Submission;
  EXPECT_EQ(where(), "new");
}

TEST_F(Routing, a_backend_of_weight_nought_gets_nobody) {
  server_.routing.rules = {rule("r", {}, {{of("new"), 0, {}}, {of("archive"), 1, {}}})};
  EXPECT_EQ(where(), "archive");
  facts_.protocol = Protocol::Submission;
  EXPECT_EQ(where(), "outbound");
}

TEST_F(Routing, shares_are_as_large_as_their_weights_and_pins_stay_theirs) {
  server_.routing.rules = {rule("c", {}, {{of("old"), 95, {}}, {of("new"), 5, "pod-1"}})};
  int fresh = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string to = where_of("user" + std::to_string(i) + "@example.com");
    EXPECT_TRUE(to == "old" || to == "new/pod-1") << to;
    fresh += to == "old" ? 0 : 1;
  }
  EXPECT_GT(fresh, 400);
  EXPECT_LT(fresh, 600);
}

TEST_F(Routing, raising_a_weight_moves_users_to_that_backend_only) {
  const auto rule_of = [](std::uint32_t weight) {
    return rule("c", {}, {{of("old"), 95, {}}, {of("new"), weight, {}}, {of("archive"), 20, {}}});
  };
  int moved = 0;
  for (int i = 0; i < 2'000; ++i) {
    server_.routing.rules = {rule_of(5)};
    const std::string before = where_of("user" + std::to_string(i));
    server_.routing.rules = {rule_of(40)};
    const std::string after = where();
    if (before == after) continue;
    EXPECT_EQ(after, "new");
    ++moved;
  }
  EXPECT_GT(moved, 100);
}

TEST_F(Routing, shares_do_not_depend_on_the_order_in_which_they_are_written) {
  for (int i = 0; i < 200; ++i) {
    server_.routing.rules = {rule("c", {}, {{of("old"), 3, {}}, {of("new"), 2, {}}})};
    const std::string before = where_of("user" + std::to_string(i));
    server_.routing.rules = {rule("c", {}, {{of("new"), 2, {}}, {of("old"), 3, {}}})};
    EXPECT_EQ(where(), before);
  }
}

TEST_F(Routing, can_explain_itself) {
  EXPECT_EQ(
      said(),
      "IMAP of mail/example: backend mail/example/old, the first of 3 that have the protocol");
  add_table(table({{"joe@example.com", "archive", "pod-2"}, {"zoe", "gone", {}}}), true);
  EXPECT_EQ(said(),
            "IMAP of mail/example: member pod-2 of backend mail/example/archive, by line "
            "joe@example.com of table t1");
  facts_.mailbox = "zoe";
  EXPECT_EQ(said(),
            "IMAP of mail/example: line zoe of table t1 names backend gone, which is not here");
  facts_.mailbox = "eve";
  EXPECT_EQ(said(), "IMAP of mail/example: table t1 does not have this user");
  facts_.protocol = Protocol::Lmtp;
  EXPECT_EQ(said(), "LMTP of mail/example: not offered");
}

TEST(UserPatterns, name_the_rule_whose_pattern_cannot_be_used) {
  std::vector<config::RouteRule> rules = {rule("a", {}, {}), rule("b", {.user_pattern = "("}, {})};
  const auto bad = UserPatterns::compile(rules);
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().rule, 1U);
  EXPECT_NE(bad.error().reason, "");
  rules[1].match.user_pattern.clear();
  for (int i = 0; i < 20; ++i) rules[1].match.user_pattern += ".{999}";
  EXPECT_FALSE(UserPatterns::compile(rules).has_value());
  rules.pop_back();
  EXPECT_TRUE(UserPatterns::compile(rules)->empty());
}

}  // namespace
}  // namespace postern::policy
