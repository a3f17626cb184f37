#include "controller/build/class_rules.h"

#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

using model::MailClass;
using model::NamespaceRule;
using model::PortSpec;

MailClass mk_class(const std::string& name = "postern") {
  MailClass out;
  out.meta.key = model::mail_class_key(name);
  return out;
}

MailClass class_with(std::vector<NamespaceRule> rules) {
  MailClass out = mk_class();
  out.namespaces = std::move(rules);
  return out;
}

PortSpec open_port(std::uint16_t number) {
  PortSpec out;
  out.port = number;
  return out;
}

Terms class_is_broken() {
  Terms out;
  out.class_broken = true;
  return out;
}

NamespaceRule rule_for(const std::string& object_namespace) {
  NamespaceRule rule;
  rule.name = "rule-" + object_namespace;
  rule.selector.match_labels["kubernetes.io/metadata.name"] = object_namespace;
  return rule;
}

model::NamespaceObject mk_name_space(const std::string& name, const std::string& plan) {
  model::NamespaceObject out;
  out.meta.key = model::name_space_key(name);
  out.meta.labels["plan"] = plan;
  return out;
}

// A world with its rules, and one MailServer that they are asked about.
class Asked {
 public:
  explicit Asked(std::vector<model::Object> objects, Terms terms = {}) : terms_(std::move(terms)) {
    (void)world_.replace(std::move(objects));  // touches everybody
    rules_.emplace(world_, terms_);
  }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  // Whether it may be here; what was said is in said().
  bool about(const std::string& name) {
    server_ = {};
    const std::size_t slash = name.find('/');
    server_.spec =
        world_.mail_server({"MailServer", name.substr(0, slash), name.substr(slash + 1)});
    EXPECT_NE(server_.spec, nullptr) << name;
    return rules_->may_be_here(server_);
  }
  [[nodiscard]] Words said() const {
    Words out;
    for (const model::Problem& problem : server_.problems) {
      out.push_back(problem.reason + " " + problem.field);
    }
    return out;
  }
  [[nodiscard]] const std::string& words() const { return server_.problems.at(0).message; }
  [[nodiscard]] const ClassRules& rules() const { return *rules_; }
  [[nodiscard]] ServerDraft& server() { return server_; }

 private:
  Terms terms_;
  world::World world_;
  std::optional<ClassRules> rules_;
  ServerDraft server_;
};

TEST(ClassRules, without_a_class_everybody_may_be_here_on_every_port) {
  Asked asked({mk_server()});
  EXPECT_TRUE(asked.about("mail/example"));
  EXPECT_EQ(asked.server().hostnames, Words{"mail.example.com"});
  EXPECT_FALSE(asked.rules().check_port(7, "f"));
  EXPECT_EQ(asked.rules().port(993), nullptr);
  EXPECT_TRUE(asked.rules().may_point_to(*IpAddress::parse("127.0.0.1")));
  EXPECT_TRUE(asked.said().empty());
}

TEST(ClassRules, class_that_never_was_good_serves_nobody) {
  Asked asked({mk_server()}, class_is_broken());
  EXPECT_FALSE(asked.about("mail/example"));
  EXPECT_EQ(asked.said(), Words{"ClassNotFound spec.ingressClassName"});
}

TEST(ClassRules, last_good_class_holds_while_the_new_one_is_broken) {
  MailClass good = mk_class();
  good.ports = {open_port(993)};
  Asked asked({mk_server(), good}, class_is_broken());
  EXPECT_TRUE(asked.about("mail/example"));
  EXPECT_TRUE(asked.rules().check_port(143, "f"));
}

TEST(ClassRules, class_of_another_name_is_not_looked_at) {
  MailClass other = class_with({rule_for("nobody")});
  other.meta.key = model::mail_class_key("other");
  Asked asked({mk_server(), other});
  EXPECT_TRUE(asked.about("mail/example"));
}

TEST(ClassRules, port_that_is_not_open_is_told_with_those_that_are) {
  MailClass two = mk_class();
  two.ports = {open_port(993), open_port(465)};
  const Asked asked({two});
  EXPECT_FALSE(asked.rules().check_port(993, "f"));
  const auto closed = asked.rules().check_port(143, "spec.protocols.imap.listeners[0]");
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->reason, "PortNotServed");
  EXPECT_EQ(closed->field, "spec.protocols.imap.listeners[0]");
  EXPECT_EQ(closed->message, "the class does not open port 143: it opens 993, 465");
  ASSERT_NE(asked.rules().port(465), nullptr);
  EXPECT_EQ(asked.rules().port(143), nullptr);
}

TEST(ClassRules, class_is_a_source_of_listeners_that_it_gives_something_to) {
  MailClass given = mk_class();
  given.ports = {open_port(143), open_port(993), open_port(995)};
  given.ports->at(1).addresses = {*IpAddress::parse("192.0.2.1")};
  given.ports->at(2).socket.backlog = 511;
  const Asked asked({mk_server(), given});
  const auto source_of = [&](std::uint16_t port) {
    config::Listener listener;
    listener.port = port;
    asked.rules().apply_to(listener);
    const auto source = asked.rules().source_of(listener);
    return source ? source->kind + " " + source->name : std::string();
  };
  EXPECT_EQ(source_of(143), "");
  EXPECT_EQ(source_of(993), "MailClass " + given.meta.key.name);
  EXPECT_EQ(source_of(995), "MailClass " + given.meta.key.name);
  EXPECT_EQ(source_of(7), "");
}

TEST(ClassRules, listener_gets_addresses_and_socket_of_its_port) {
  MailClass one = mk_class();
  PortSpec port = open_port(993);
  port.addresses = {*IpAddress::parse("192.0.2.1")};
  port.socket = {511, 65536, 131072, false, true, {false, 60, 7, 3}};
  one.ports = {port};
  const Asked asked({one});
  config::Listener listener;
  listener.port = 993;
  asked.rules().apply_to(listener);
  EXPECT_EQ(listener.addresses, port.addresses);
  EXPECT_EQ(listener.socket,
            (config::ListenerSocket{511, 65536, 131072, false, true, false, 60, 7, 3}));
  listener = {};
  listener.port = 143;
  asked.rules().apply_to(listener);
  EXPECT_EQ(listener.socket, config::ListenerSocket{});
}

TEST(ClassRules, first_rule_that_fits_holds) {
  NamespaceRule small;
  small.name = "small";
  small.selector.match_labels["plan"] = "small";
  small.hostnames = {"small.example"};
  NamespaceRule rest;
  rest.name = "rest";
  Asked asked({class_with({small, rest}), mk_name_space("a", "small"), mk_server("a/one"),
               mk_server("b/two")});
  EXPECT_FALSE(asked.about("a/one"));
  EXPECT_EQ(asked.said(), Words{"HostnameNotAllowed spec.hostnames[0]"});
  EXPECT_EQ(asked.words(),
            "mail.example.com is not for this namespace: rule small of the class allows "
            "small.example and names below");
  EXPECT_TRUE(asked.about("b/two"));
}

TEST(ClassRules, namespace_that_no_rule_fits_may_have_nothing_here) {
  Asked asked({class_with({rule_for("acme")}), mk_server()});
  EXPECT_FALSE(asked.about("mail/example"));
  EXPECT_EQ(asked.said(), Words{"NamespaceNotAllowed "});
}

TEST(ClassRules, name_of_a_namespace_cannot_be_claimed_by_a_label) {
  model::NamespaceObject liar = mk_name_space("evil", "small");
  liar.meta.labels["kubernetes.io/metadata.name"] = "mail";
  Asked asked({class_with({rule_for("mail")}), liar, mk_server("evil/one"), mk_server()});
  EXPECT_FALSE(asked.about("evil/one"));
  EXPECT_TRUE(asked.about("mail/example")) << "the label is implied, no document is needed";
}

TEST(ClassRules, hostnames_within_the_rule_are_left) {
  NamespaceRule rule = rule_for("mail");
  rule.hostnames = {"acme.example"};
  Asked asked(
      {class_with({rule}), mk_server().hostnames({"mail.acme.example", "mail.other.example"})});
  EXPECT_TRUE(asked.about("mail/example"));
  EXPECT_EQ(asked.server().hostnames, Words{"mail.acme.example"});
  EXPECT_EQ(asked.said(), Words{"HostnameNotAllowed spec.hostnames[1]"});
}

TEST(ClassRules, rule_with_domains_wants_domains) {
  NamespaceRule rule = rule_for("mail");
  rule.domains = {"acme.example"};
  Asked asked({class_with({rule}), mk_server()});
  EXPECT_FALSE(asked.about("mail/example"));
  EXPECT_EQ(asked.said(), Words{"DomainNotAllowed spec.domains"});
}

TEST(ClassRules, domains_within_the_rule_are_left) {
  NamespaceRule rule = rule_for("mail");
  rule.domains = {"acme.example"};
  const auto naming = [&](std::vector<std::string> domains) {
    return mk_server().with([&](model::MailServer& server) { server.domains = domains; });
  };
  Asked some({class_with({rule}), naming({"acme.example", "sub.acme.example", "notacme.example"})});
  EXPECT_TRUE(some.about("mail/example"));
  EXPECT_EQ(some.server().domains, (Words{"acme.example", "sub.acme.example"}));
  EXPECT_EQ(some.said(), Words{"DomainNotAllowed spec.domains[2]"});
  Asked none({class_with({rule}), naming({"bolt.example"})});
  EXPECT_FALSE(none.about("mail/example")) << "it would have those of everybody";
  EXPECT_EQ(none.said(), Words{"DomainNotAllowed spec.domains[0]"});
}

TEST(ClassRules, what_refuses_it_as_a_whole_is_told_before_names_that_it_may_not_claim) {
  NamespaceRule rule = rule_for("mail");
  rule.hostnames = {"a.example"};
  rule.domains = {"a.example"};
  Asked without({class_with({rule}), mk_server().hostnames({"x.org", "mail.a.example"})});
  EXPECT_FALSE(without.about("mail/example"));
  EXPECT_EQ(without.said(),
            (Words{"DomainNotAllowed spec.domains", "HostnameNotAllowed spec.hostnames[0]"}));
  Asked nameless({class_with({rule}), mk_server().hostnames({"x.org"})});
  EXPECT_FALSE(nameless.about("mail/example"));
  EXPECT_EQ(nameless.said(),
            (Words{"HostnameNotAllowed spec.hostnames[0]", "DomainNotAllowed spec.domains"}));
}

TEST(ClassRules, youngest_are_too_many) {
  NamespaceRule rule = rule_for("mail");
  rule.max_mail_servers = 2;
  Asked asked(
      {class_with({rule, rule_for("free")}), mk_server("mail/c").created("2026-01-01T00:00:00Z"),
       mk_server("mail/b").created("2026-01-02T00:00:00Z"),
       mk_server("mail/a").created("2026-01-03T00:00:00Z"),
       mk_server("mail/0").created("2026-01-01T00:00:00Z").in_class("other"), mk_server("free/d")});
  EXPECT_TRUE(asked.about("mail/c"));
  EXPECT_TRUE(asked.about("mail/b")) << "one of another class does not count";
  EXPECT_FALSE(asked.about("mail/a"));
  EXPECT_EQ(asked.said(), Words{"TooManyMailServers "});
  EXPECT_TRUE(asked.rules().counts_in("mail"));
  EXPECT_FALSE(asked.rules().counts_in("free"));
}

class Limits : public ::testing::Test {
 protected:
  // The limits that hold, of what is written and what the rule allows.
  config::ServerLimits limits(const model::LimitsSpec& written, const model::LimitsSpec& most) {
    NamespaceRule rule = rule_for("mail");
    rule.limits = most;
    auto server = mk_server().with([&](model::MailServer& spec) { spec.limits = written; });
    Asked asked({class_with({rule}), server});
    EXPECT_TRUE(asked.about("mail/example"));
    // As build_servers leaves them.
    if (written.max_connections) {
      asked.server().server.limits.max_connections = *written.max_connections;
    }
    if (written.max_errors) asked.server().server.limits.max_errors = *written.max_errors;
    asked.rules().apply_to(asked.server());
    said_ = asked.said();
    return asked.server().server.limits;
  }
  Words said_;
};

TEST_F(Limits, smaller_one_holds_and_the_larger_that_was_written_is_told) {
  model::LimitsSpec written;
  written.max_connections = 500;
  written.max_errors = 5;
  model::LimitsSpec most;
  most.max_connections = 100;
  most.max_errors = 7;
  const config::ServerLimits held = limits(written, most);
  EXPECT_EQ(held.max_connections, 100U);
  EXPECT_EQ(held.max_errors, 5U);
  EXPECT_EQ(said_, Words{"PartiallyAccepted spec.limits.maxConnections"});
}

TEST_F(Limits, defaults_are_lowered_too_and_nobody_is_told) {
  model::LimitsSpec most;
  most.max_connections = 100;  // not limited by default
  most.max_connections_per_source = 5;
  most.max_connections_before_login = 20'000;  // 10000 by default
  most.max_command_bytes = 1024;
  most.max_errors = 3;
  most.max_commands = 4;
  most.max_reply_bytes = 512;
  const config::ServerLimits held = limits({}, most);
  EXPECT_EQ(held.max_connections, 100U);
  EXPECT_EQ(held.max_connections_per_source, 5U);
  EXPECT_EQ(held.max_connections_before_login, 10'000U);
  EXPECT_EQ(held.max_command_octets, 1024U);
  EXPECT_EQ(held.max_errors, 3U);
  EXPECT_EQ(held.max_commands, 4U);
  EXPECT_EQ(held.max_reply_octets, 512U);
  EXPECT_TRUE(said_.empty());
}

TEST(ClassRules, entry_that_opens_loopback_is_told_of_the_class) {
  MailClass wide = mk_class();
  wide.egress = {*Network::parse("10.0.0.0/8"), *Network::parse("127.0.0.0/8")};
  const Asked asked({wide});
  const model::Problems problems = asked.rules().problems();
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].object, model::mail_class_key("postern"));
  EXPECT_EQ(problems[0].reason, "ProtectedEgress");
  EXPECT_EQ(problems[0].field, "spec.egress.allowedCIDRs[1]");
  EXPECT_EQ(problems[0].severity, model::Severity::Warning);
}

TEST(ClassRules, closed_targets_are_told_by_address) {
  MailClass narrow = mk_class();
  narrow.egress = {*Network::parse("10.0.0.0/8")};
  const Asked asked({narrow});
  EXPECT_TRUE(asked.rules().may_point_to(*IpAddress::parse("10.1.1.1")));
  EXPECT_FALSE(asked.rules().may_point_to(*IpAddress::parse("127.0.0.1")));
  const Remark remark = asked.rules().closed_target({*IpAddress::parse("127.0.0.1")},
                                                    "spec.backends[0].addresses", "backend a");
  EXPECT_EQ(remark.reason, "EgressNotAllowed");
  EXPECT_EQ(remark.message,
            "backend a leads to 127.0.0.1, where proxies may not connect: not within "
            "egress.allowedCIDRs of the class");
  const std::vector<IpAddress> many(6, *IpAddress::parse("::1"));
  EXPECT_NE(asked.rules().closed_target(many, "f", "backend a").message.find("::1, 2 more,"),
            std::string::npos);
}

}  // namespace
}  // namespace postern::build
