#include "proxy/upstream/reach.h"

#include <gtest/gtest.h>

namespace postern::upstream {
namespace {

Reach reach(int members, std::uint32_t retries) {
  std::vector<policy::Candidate> order;
  for (int i = 0; i < members; ++i)
    order.push_back({std::string(1, static_cast<char>('a' + i)), {}});
  return {std::move(order), retries};
}

std::string all(Reach& reach) {
  std::string out;
  while (const auto next = reach.next()) out += next->id;
  return out;
}

TEST(Reach, tries_members_in_their_order_and_each_once) {
  Reach two = reach(2, 5);
  EXPECT_EQ(all(two), "ab");
  EXPECT_EQ(two.attempts(), 2U);
}

TEST(Reach, retries_bound_the_other_attempts) {
  Reach none = reach(4, 0);
  EXPECT_EQ(all(none), "a");
  Reach two = reach(4, 2);
  EXPECT_EQ(all(two), "abc");
}

TEST(Reach, nothing_is_tried_twice_once_a_password_was_sent) {
  Reach some = reach(3, 2);
  ASSERT_TRUE(some.next());
  EXPECT_TRUE(some.may_try_again());
  some.password_sent();
  EXPECT_FALSE(some.may_try_again());
  EXPECT_FALSE(some.next());
}

TEST(Reach, without_members_there_is_nobody_to_try) {
  Reach none = reach(0, 2);
  EXPECT_FALSE(none.may_try_again());
  EXPECT_FALSE(none.next());
}

}  // namespace
}  // namespace postern::upstream
