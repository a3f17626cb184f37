#include "controller/build/builder.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

TEST(Builder, makes_every_resource_of_a_small_mail_server) {
  const Scene scene = scene_of(working());
  EXPECT_EQ(scene.problems(), Words{});
  Words names;
  for (const config::Resource& resource : scene.built.resources) {
    names.push_back(std::string(name_of(resource.type())) + " " + resource.name);
  }
  EXPECT_EQ(names, (Words{"SECRET mail/mail-tls", "BACKEND mail/example/mailbox",
                          "ENDPOINTS mail/example/mailbox", "SERVER mail/example", "LISTENER 143",
                          "LISTENER 993"}));
}

TEST(Builder, tells_which_objects_a_resource_came_from) {
  const Scene scene = scene_of(working());
  const auto& sources = scene.built.resources.front().sources;
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].kind, "MailServer");
  EXPECT_EQ(sources[1].kind, "Secret");
  EXPECT_EQ(sources[1].name, "mail-tls");
}

TEST(Builder, equal_worlds_give_equal_resources_whatever_the_order) {
  std::vector<model::Object> objects = rest();
  objects.push_back(working());
  const Scene one(objects);
  std::ranges::reverse(objects);
  const Scene two(objects);
  ASSERT_EQ(one.built.resources.size(), two.built.resources.size());
  for (std::size_t i = 0; i < one.built.resources.size(); ++i) {
    EXPECT_EQ(one.built.resources[i].body, two.built.resources[i].body);
    EXPECT_EQ(one.built.resources[i].sources, two.built.resources[i].sources);
  }
}

TEST(Builder, serves_its_own_class_and_those_without_one) {
  const Terms terms{.class_name = "mail"};
  EXPECT_NE(scene_of(working(), rest(), terms).server(), nullptr);
  EXPECT_NE(scene_of(working().in_class("mail"), rest(), terms).server(), nullptr);
  const Scene other = scene_of(working().in_class("other"), rest(), terms);
  EXPECT_TRUE(other.built.resources.empty());
  EXPECT_TRUE(other.built.problems.empty());
}

TEST(Builder, lists_what_is_served) {
  const Scene scene = scene_of(working());
  const std::vector<ServedListener> listeners = {
      {143, Protocol::Imap, config::ListenerTls::StartTls},
      {993, Protocol::Imap, config::ListenerTls::Implicit}};
  EXPECT_EQ(scene.built.served, (std::vector<ServedServer>{{"mail/example", listeners}}));
}

TEST(Builder, gives_away_no_key_that_nobody_needs) {
  std::vector<model::Object> objects = rest();
  objects.push_back(mk_tls_secret("mail/unrelated", {"x.example"}));
  const Scene scene = scene_of(working(), objects);
  EXPECT_EQ(scene.find<config::SecretMaterial>("mail/unrelated"), nullptr);
}

TEST(Builder, gives_away_nothing_of_a_server_without_listeners) {
  const Scene scene =
      scene_of(mk_server().certificate("missing").backend(mk_service_backend("mailbox")));
  EXPECT_TRUE(scene.built.resources.empty());
  EXPECT_TRUE(scene.built.served.empty());
}

TEST(Builder, bad_server_does_not_disturb_another) {
  std::vector<model::Object> objects = rest();
  objects.push_back(
      mk_server("mail/bad").certificate("missing").backend(mk_service_backend("x", "no")));
  const Scene scene = scene_of(working(), objects);
  EXPECT_NE(scene.server(), nullptr);
  EXPECT_EQ(scene.built.served.size(), 1U);
  EXPECT_FALSE(scene.built.problems.empty());
}

TEST(Builder, of_nothing_is_nothing) {
  const Scene scene({});
  EXPECT_TRUE(scene.built.resources.empty());
  EXPECT_TRUE(scene.built.problems.empty());
}

}  // namespace
}  // namespace postern::build
