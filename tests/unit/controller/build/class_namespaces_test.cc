#include "controller/build/class_namespaces.h"

#include <gtest/gtest.h>

namespace postern::build {
namespace {

using enum model::LabelRequirement::Operator;

model::NamespaceSelector expression(model::LabelRequirement requirement) {
  return {{}, {std::move(requirement)}};
}

TEST(NamespaceSelector, empty_fits_every_namespace) {
  EXPECT_TRUE(fits({}, {}));
  EXPECT_TRUE(fits({}, {{"plan", "small"}}));
}

TEST(NamespaceSelector, all_that_is_given_must_hold) {
  const model::NamespaceSelector selector{{{"plan", "small"}, {"zone", "a"}},
                                          {{"test", DoesNotExist, {}}}};
  EXPECT_TRUE(fits(selector, {{"plan", "small"}, {"zone", "a"}, {"more", ""}}));
  EXPECT_FALSE(fits(selector, {{"plan", "small"}}));
  EXPECT_FALSE(fits(selector, {{"plan", "small"}, {"zone", "b"}}));
  EXPECT_FALSE(fits(selector, {{"plan", "small"}, {"zone", "a"}, {"test", ""}}));
}

TEST(NamespaceSelector, operators_are_those_of_kubernetes) {
  const Labels none;
  const Labels small{{"plan", "small"}};
  const Labels empty{{"plan", ""}};
  const auto in = expression({"plan", In, {"small", "large"}});
  EXPECT_TRUE(fits(in, small));
  EXPECT_FALSE(fits(in, empty));
  EXPECT_FALSE(fits(in, none));
  const auto not_in = expression({"plan", NotIn, {"small"}});
  EXPECT_FALSE(fits(not_in, small));
  EXPECT_TRUE(fits(not_in, empty));
  EXPECT_TRUE(fits(not_in, none)) << "an absent label is in no list";
  const auto exists = expression({"plan", Exists, {}});
  EXPECT_TRUE(fits(exists, empty));
  EXPECT_FALSE(fits(exists, none));
  const auto absent = expression({"plan", DoesNotExist, {}});
  EXPECT_FALSE(fits(absent, empty));
  EXPECT_TRUE(fits(absent, none));
}

TEST(Claims, each_of_the_names_and_all_below_them) {
  const std::vector<std::string> allowed{"acme.example", "mail.other.example"};
  for (const auto* name : {"acme.example", "mail.acme.example", "a.b.acme.example",
                           "*.acme.example", "mail.other.example"}) {
    EXPECT_TRUE(may_claim(allowed, name)) << name;
  }
  for (const auto* name : {"example", "notacme.example", "*.example", ".acme.example",
                           "other.example", "acme.example.evil"}) {
    EXPECT_FALSE(may_claim(allowed, name)) << name;
  }
}

TEST(Claims, no_names_are_every_name) { EXPECT_TRUE(may_claim({}, "anything.example")); }

}  // namespace
}  // namespace postern::build
