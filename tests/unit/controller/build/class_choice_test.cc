#include "controller/build/class_choice.h"

#include <gtest/gtest.h>

#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

struct ClassText {
  std::string name = "postern";
  std::string controller = std::string(model::kControllerName);
  std::string mail_class = {};  // empty: no parameters
  bool is_default = false;
  std::string created = "2026-01-01T00:00:00Z";
};

model::Object ingress_class(const ClassText& text) {
  model::IngressClass out;
  out.meta.key = {"IngressClass", "", text.name};
  out.meta.creation_timestamp = text.created;
  out.controller = text.controller;
  out.is_default = text.is_default;
  if (!text.mail_class.empty()) {
    out.parameters = model::ClassParameters{text.mail_class, "MailClass " + text.mail_class};
  }
  return out;
}

model::Object mail_class(const std::string& name) {
  model::MailClass out;
  out.meta.key = model::mail_class_key(name);
  return out;
}

struct Chosen {
  explicit Chosen(std::vector<model::Object> objects) {
    (void)world.replace(std::move(objects));
    choice = class_choice(world, {.in_cluster = true});
  }
  world::World world;
  ClassChoice choice;
};

TEST(ClassChoice, without_an_ingress_class_serves_nothing) {
  const Chosen none({mail_class("postern")});
  EXPECT_NE(none.choice.refusal, "");
  EXPECT_FALSE(none.choice.takes_unclassed);
}

TEST(ClassChoice, that_is_not_read_has_the_defaults_and_takes_who_names_no_class) {
  const ClassChoice choice = class_choice({}, {.in_cluster = true, .reads_class = false});
  EXPECT_EQ(choice.refusal, "");
  EXPECT_EQ(choice.mail_class, nullptr);
  EXPECT_TRUE(choice.takes_unclassed);
}

TEST(ClassChoice, of_another_controller_serves_nothing) {
  EXPECT_NE(Chosen({ingress_class({.controller = "example.com/x"})}).choice.refusal, "");
}

TEST(ClassChoice, without_parameters_has_the_defaults) {
  const Chosen chosen({ingress_class({}), mail_class("postern")});
  EXPECT_EQ(chosen.choice.refusal, "");
  EXPECT_EQ(chosen.choice.mail_class, nullptr);
}

TEST(ClassChoice, is_the_mail_class_that_the_parameters_name) {
  const Chosen chosen({ingress_class({.mail_class = "provider"}), mail_class("provider")});
  ASSERT_NE(chosen.choice.mail_class, nullptr);
  EXPECT_EQ(chosen.choice.mail_class->meta.key.name, "provider");
  EXPECT_EQ(chosen.choice.refusal, "");
}

TEST(ClassChoice, serves_nothing_while_the_named_mail_class_is_missing) {
  const Chosen chosen({ingress_class({.mail_class = "provider"}), mail_class("postern")});
  EXPECT_NE(chosen.choice.refusal.find("MailClass provider"), std::string::npos);
}

TEST(ClassChoice, takes_mail_servers_without_a_class_when_it_is_the_only_one) {
  EXPECT_TRUE(Chosen({ingress_class({})}).choice.takes_unclassed);
}

TEST(ClassChoice, of_the_annotation_wins_over_age) {
  EXPECT_FALSE(Chosen({ingress_class({}), ingress_class({.name = "other",
                                                         .is_default = true,
                                                         .created = "2026-05-01T00:00:00Z"})})
                   .choice.takes_unclassed);
  EXPECT_TRUE(Chosen({ingress_class({.is_default = true}),
                      ingress_class({.name = "other", .created = "2020-01-01T00:00:00Z"})})
                  .choice.takes_unclassed);
}

TEST(ClassChoice, of_several_alike_the_oldest_is_the_default) {
  for (const bool annotated : {true, false}) {
    EXPECT_FALSE(
        Chosen({ingress_class({.is_default = annotated}),
                ingress_class(
                    {.name = "other", .is_default = annotated, .created = "2020-01-01T00:00:00Z"})})
            .choice.takes_unclassed);
  }
}

TEST(ClassChoice, of_other_controllers_are_no_default_of_ours) {
  EXPECT_TRUE(Chosen({ingress_class({}), ingress_class({.name = "web",
                                                        .controller = "example.com/x",
                                                        .is_default = true,
                                                        .created = "2020-01-01T00:00:00Z"})})
                  .choice.takes_unclassed);
}

Terms in_cluster() { return {.in_cluster = true}; }

std::vector<model::Object> in_cluster_with(std::vector<model::Object> more) {
  std::vector<model::Object> out = rest();
  std::ranges::move(more, std::back_inserter(out));
  return out;
}

TEST(InACluster, a_mail_server_says_that_there_is_no_class) {
  model::MailServer server = working();
  server.ingress_class_name = "postern";
  const Scene scene = scene_of(server, rest(), in_cluster());
  EXPECT_EQ(scene.problems()[0], "ClassNotFound spec.ingressClassName");
  EXPECT_EQ(scene.server(), nullptr);
}

TEST(InACluster, a_mail_server_without_a_class_is_left_to_the_default) {
  const Scene scene = scene_of(working(), rest(), in_cluster());
  EXPECT_EQ(scene.problems(), Words{});
  EXPECT_EQ(scene.server(), nullptr);
  EXPECT_NE(scene_of(working(), in_cluster_with({ingress_class({})}), in_cluster()).server(),
            nullptr);
}

TEST(InACluster, ports_of_mail_alone_are_open_by_default) {
  model::MailServer server = working();
  server.protocols[0].listeners = {{.port = 1143, .tls = "StartTLS", .plaintext = ""}};
  const Scene scene = scene_of(server, in_cluster_with({ingress_class({})}), in_cluster());
  EXPECT_EQ(scene.listener("1143"), nullptr);
  EXPECT_EQ(scene_of(server).listener("1143") != nullptr, true);
}

TEST(InACluster, nobody_points_to_the_service_of_the_api_server) {
  auto api = mk_service("default/kubernetes", {mk_port("https", 443)});
  api.api_addresses = {*IpAddress::parse("10.96.0.1"), *IpAddress::parse("fd00::1")};
  model::MailClass open;
  open.meta.key = model::mail_class_key("postern");
  open.egress = {*Network::parse("10.0.0.0/8"), *Network::parse("fd00::/8")};
  const auto leading_to = [&](const char* address) {
    model::MailServer server = working();
    server.backends = {mk_address_backend("mailbox", {{"one", address}})};
    return scene_of(server, in_cluster_with({ingress_class({.mail_class = "postern"}), open, api}),
                    in_cluster())
        .problems();
  };
  EXPECT_EQ(leading_to("10.96.0.2"), Words{});
  EXPECT_EQ(leading_to("10.96.0.1"), Words{"EgressNotAllowed spec.backends[0].addresses"});
  EXPECT_EQ(leading_to("fd00::1"), Words{"EgressNotAllowed spec.backends[0].addresses"});
}

TEST(InACluster, endpoints_that_people_wrote_need_an_entry) {
  const auto by_hand = [](const std::string& egress) {
    auto service = mk_service("mail/dovecot", {mk_port("imap", 143), mk_port("imaps", 993)});
    service.has_selector = false;
    model::MailClass found;
    found.meta.key = model::mail_class_key("postern");
    if (!egress.empty()) found.egress = {*Network::parse(egress)};
    return scene_of(working(),
                    {mk_tls_secret("mail/mail-tls", {"mail.example.com"}), service,
                     mk_slice("mail/a", "dovecot", {{"imap", "", 143}, {"imaps", "", 993}},
                              {mk_endpoint("10.0.0.1")}),
                     ingress_class({.mail_class = "postern"}), found},
                    in_cluster());
  };
  EXPECT_EQ(by_hand("").problems(), Words{"EgressNotAllowed spec.backends[0].service"});
  EXPECT_EQ(by_hand("10.0.0.0/8").problems(), Words{});
}

TEST(InACluster, labels_that_cannot_be_read_let_nobody_in) {
  model::MailClass found;
  found.meta.key = model::mail_class_key("postern");
  model::NamespaceRule unless_closed;
  unless_closed.name = "open";
  unless_closed.selector.match_expressions = {
      {"plan", model::LabelRequirement::Operator::DoesNotExist, {}}};
  found.namespaces = {unless_closed};
  const auto scene = [&](std::vector<model::Object> more) {
    more.push_back(ingress_class({.mail_class = "postern"}));
    more.emplace_back(found);
    return scene_of(working(), in_cluster_with(std::move(more)), in_cluster());
  };
  EXPECT_EQ(scene({}).problems()[0], "NamespaceNotAllowed ");
  model::NamespaceObject mail;
  mail.meta.key = model::name_space_key("mail");
  EXPECT_EQ(scene({mail}).problems(), Words{});
}

}  // namespace
}  // namespace postern::build
