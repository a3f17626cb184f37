#include "controller/model/places.h"

#include <gtest/gtest.h>

namespace postern::model {
namespace {

TEST(Places, of_fields_are_found_in_any_order_they_came) {
  const Places places("mail.yaml", {{"spec.tls", 5, 3}, {"", 1, 1}, {"spec", 4, 1}});
  EXPECT_EQ(places.find("spec.tls"), (Place{"mail.yaml", 5, 3}));
  EXPECT_EQ(places.find(""), (Place{"mail.yaml", 1, 1}));
  EXPECT_EQ(places.find("spec"), (Place{"mail.yaml", 4, 1}));
}

TEST(Places, of_other_fields_are_not_there) {
  const Places places("mail.yaml", {{"b", 2, 1}, {"d", 3, 1}});
  for (const char* other : {"", "a", "bb", "c", "e"}) EXPECT_FALSE(places.find(other)) << other;
  EXPECT_FALSE(Places().find(""));
}

TEST(Places, of_two_for_one_field_are_the_later_one) {
  const Places places("mail.yaml", {{"a", 2, 1}, {"b", 4, 1}, {"a", 3, 7}});
  EXPECT_EQ(places.find("a"), (Place{"mail.yaml", 3, 7}));
  EXPECT_EQ(places.find("b"), (Place{"mail.yaml", 4, 1}));
}

TEST(Places, are_equal_by_what_they_say) {
  const Places places("mail.yaml", {{"a", 2, 1}, {"bc", 4, 1}});
  EXPECT_EQ(places, Places(places));
  EXPECT_EQ(places, Places("mail.yaml", {{"bc", 4, 1}, {"a", 2, 1}}));
  EXPECT_NE(places, Places("mail.yaml", {{"ab", 2, 1}, {"c", 4, 1}}));
  EXPECT_NE(places, Places("other.yaml", {{"a", 2, 1}, {"bc", 4, 1}}));
  EXPECT_NE(places, Places());
  EXPECT_EQ(Places(), Places("mail.yaml", {}));
}

}  // namespace
}  // namespace postern::model
