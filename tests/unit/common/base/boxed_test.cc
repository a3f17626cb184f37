#include "common/base/boxed.h"

#include <string>
#include <variant>

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(Boxed, takes_the_room_of_a_pointer) {
  struct Large {
    char octets[4096];
  };
  EXPECT_EQ(sizeof(Boxed<Large>), sizeof(void*));
}

TEST(Boxed, is_copied_deep_and_equal_by_value) {
  Boxed<std::string> one = std::string("one");
  Boxed<std::string> two = one;
  EXPECT_EQ(one, two);
  *two += "!";
  EXPECT_EQ(*one, "one");
  EXPECT_FALSE(one == two);
  one = two;
  EXPECT_EQ(one, two);
  EXPECT_NE(&*one, &*two);
}

TEST(Boxed, can_be_assigned_to_after_it_was_moved_from) {
  Boxed<std::string> one = std::string("one");
  const Boxed<std::string> two = std::move(one);
  one = two;
  EXPECT_EQ(*one, "one");
}

TEST(Boxed, stands_for_its_value_where_a_variant_is_made) {
  const std::variant<int, Boxed<std::string>> either = std::string("text");
  EXPECT_EQ(*std::get<Boxed<std::string>>(either), "text");
}

}  // namespace
}  // namespace postern
