#include "controller/loop/class_found.h"

#include <string>

#include <gtest/gtest.h>

namespace postern::loop {
namespace {

model::IngressClass ingress_class(const std::string& name, const std::string& made,
                                  const std::string& mail_class) {
  model::IngressClass out;
  out.meta.key = {"IngressClass", {}, name};
  out.meta.creation_timestamp = made;
  out.controller = model::kControllerName;
  out.parameters = model::ClassParameters{mail_class, "MailClass " + mail_class};
  return out;
}

model::MailClass mail_class(const std::string& name) {
  model::MailClass out;
  out.meta.key = {"MailClass", {}, name};
  out.meta.uid = "u-" + name;
  out.meta.generation = 4;
  return out;
}

TEST(ClassFound, is_the_one_that_our_ingress_class_names) {
  world::World world;
  EXPECT_FALSE(class_found(world, "mail"));
  (void)world.apply(model::Object(ingress_class("mail", "2026-01-01T00:00:00Z", "big")));
  EXPECT_FALSE(class_found(world, "mail")) << "there is no such MailClass";
  (void)world.apply(model::Object(mail_class("big")));
  const auto found = class_found(world, "mail");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "big");
  EXPECT_EQ(found->uid, "u-big");
  EXPECT_EQ(found->generation, 4);
  EXPECT_EQ(found->ingress_class, "mail");
}

TEST(ClassFound, is_left_to_an_older_ingress_class_that_names_it_too) {
  world::World world;
  (void)world.apply(model::Object(mail_class("big")));
  (void)world.apply(model::Object(ingress_class("mail", "2026-01-02T00:00:00Z", "big")));
  (void)world.apply(model::Object(ingress_class("older", "2026-01-01T00:00:00Z", "big")));
  EXPECT_FALSE(class_found(world, "mail"));
  EXPECT_TRUE(class_found(world, "older"));
}

TEST(ClassFound, is_none_of_another_controller) {
  world::World world;
  (void)world.apply(model::Object(mail_class("big")));
  auto other = ingress_class("mail", "2026-01-01T00:00:00Z", "big");
  other.controller = "example.com/else";
  (void)world.apply(model::Object(std::move(other)));
  EXPECT_FALSE(class_found(world, "mail"));
}

}  // namespace
}  // namespace postern::loop
