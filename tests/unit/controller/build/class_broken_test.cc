#include "controller/build/class_broken.h"

#include <string>

#include <gtest/gtest.h>

#include "controller/model/mail_class.h"

namespace postern::build {
namespace {

model::Problems refused(const std::string& name, model::Severity severity) {
  model::Problem out;
  out.object = model::mail_class_key(name);
  out.severity = severity;
  return {out};
}

model::Problems refused(const std::string& name) { return refused(name, model::Severity::Refused); }

world::World with_class(const std::string& name) {
  model::MailClass good;
  good.meta.key = model::mail_class_key(name);
  world::World out;
  (void)out.apply(model::Object(good));  // nobody is touched
  return out;
}

TEST(ClassIsBroken, when_it_was_refused_and_no_good_one_is_there) {
  EXPECT_TRUE(class_is_broken({}, refused("mail"), "mail"));
  EXPECT_FALSE(class_is_broken({}, {}, "mail")) << "there is none, and none is needed";
  EXPECT_FALSE(class_is_broken(with_class("mail"), refused("mail"), "mail"));
}

TEST(ClassIsBroken, also_when_its_name_cannot_be_read) {
  EXPECT_TRUE(class_is_broken({}, refused(""), "mail"));
}

TEST(ClassIsBroken, neither_by_another_class_nor_by_another_kind_nor_by_a_warning) {
  EXPECT_FALSE(class_is_broken({}, refused("other"), "mail"));
  EXPECT_FALSE(class_is_broken({}, refused("mail", model::Severity::Warning), "mail"));
  model::Problems of_a_server = refused("mail");
  of_a_server.front().object.kind = "MailServer";
  EXPECT_FALSE(class_is_broken({}, of_a_server, "mail"));
}

}  // namespace
}  // namespace postern::build
