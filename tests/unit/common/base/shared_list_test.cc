#include "common/base/shared_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace postern {
namespace {

using SharedWords = SharedList<std::string>;

TEST(SharedList, shares_its_elements_with_its_copies) {
  const SharedWords words{"a", "b", "c"};
  SharedWords copy = words;
  EXPECT_EQ(&copy[1], &words[1]);
  copy.set(1, "B");
  EXPECT_EQ(words[1], "b");
  EXPECT_EQ(copy, (SharedWords{"a", "B", "c"}));
  EXPECT_EQ(&copy[2], &words[2]);
}

TEST(SharedList, is_edited_like_a_vector) {
  SharedWords words{"b"};
  words.insert(0, "a");
  words.push_back("c");
  EXPECT_EQ(words, (SharedWords{"a", "b", "c"}));
  words.erase(1);
  EXPECT_EQ(words, (SharedWords{"a", "c"}));
  words.append({"x", "y", "z"}, 1, 2);
  EXPECT_EQ(words, (SharedWords{"a", "c", "y", "z"}));
  words.erase_if([](const std::string& word) { return word < "d"; });
  EXPECT_EQ(words, (SharedWords{"y", "z"}));
  EXPECT_EQ(*std::ranges::lower_bound(words, "z"), "z");
}

TEST(SharedList, knows_what_it_has_in_common_with_another) {
  const auto common = [](const SharedWords& a, const SharedWords& b) {
    const auto found = a.common_with(b);
    return std::pair(found.front, found.back);
  };
  EXPECT_EQ(common({"a", "b", "c"}, {"a", "x", "c"}), std::pair(1UL, 1UL));
  EXPECT_EQ(common({"a", "b", "c"}, {"a", "b", "c"}), std::pair(3UL, 0UL));
  EXPECT_EQ(common({"a", "a"}, {"a"}), std::pair(1UL, 0UL)) << "no element twice";
  EXPECT_EQ(common({}, {"a"}), std::pair(0UL, 0UL));
}

TEST(SharedList, knows_what_it_shares_with_another) {
  const SharedWords words{"a", "b", "c"};
  SharedWords other = words;
  other.set(1, "b");
  EXPECT_EQ(words.common_with(other).front, 3U);
  EXPECT_EQ(words.shared_with(other).front, 1U);
  EXPECT_EQ(words.shared_with(other).back, 1U);
}

TEST(SharedList, is_the_other_where_all_between_what_is_common_is_replaced) {
  std::mt19937 random(1);
  const auto words = [&] {
    SharedWords out;
    for (auto left = random() % 6; left > 0; --left) {
      out.push_back(std::string(1, static_cast<char>('a' + random() % 3)));
    }
    return out;
  };
  for (int i = 0; i < 5000; ++i) {
    const SharedWords now = words();
    const SharedWords base = words();
    const auto common = now.common_with(base);
    ASSERT_LE(common.front + common.back, std::min(now.size(), base.size()));
    SharedWords made;
    made.append(base, 0, common.front);
    made.append(now, common.front, now.size() - common.front - common.back);
    made.append(base, base.size() - common.back, common.back);
    ASSERT_EQ(made, now);
  }
}

}  // namespace
}  // namespace postern
