#include "common/base/name_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace postern {
namespace {

TEST(NameList, gives_back_what_was_put_in) {
  const std::vector<std::string> words{"a.example", "", std::string("n\0l\n", 4),
                                       std::string(300, 'x')};
  const NameList names(words);
  EXPECT_EQ(names.strings(), words);
  EXPECT_TRUE(
      std::ranges::any_of(names, [](std::string_view name) { return name == "a.example"; }));
}

TEST(NameList, is_equal_by_what_it_says_and_shared_by_copies) {
  const NameList one{"a", "b"};
  const NameList copy = one;
  EXPECT_EQ((*copy.begin()).data(), (*one.begin()).data());
  EXPECT_EQ(one, (NameList{"a", "b"}));
  EXPECT_FALSE(one == (NameList{"ab"}));
  EXPECT_FALSE(one == NameList());
}

TEST(NameList, of_nothing_is_empty) {
  const NameList none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.begin(), none.end());
  EXPECT_FALSE(NameList{""}.empty());
}

TEST(SharedText, is_one_block_that_copies_share) {
  SharedText one("chain");
  const SharedText copy = one;
  EXPECT_EQ(copy.text().data(), one.text().data());
  SharedText moved = std::move(one);
  one = "another";
  EXPECT_EQ(moved, copy);
  EXPECT_EQ(one.text(), "another");
  moved = moved.text().substr(1);  // of itself
  EXPECT_EQ(moved.text(), "hain");
  EXPECT_EQ(sizeof(SharedText), sizeof(void*));
}

}  // namespace
}  // namespace postern
