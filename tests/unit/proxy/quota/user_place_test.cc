// Places by mailbox, taken after the login.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "proxy/quota/place.h"

namespace postern::quota {
namespace {

class UserPlace : public ::testing::Test {
 protected:
  [[nodiscard]] static Visitor who(std::string_view mailbox, std::string_view server = "a/a",
                                   std::string_view client = "192.0.2.1") {
    return {server, 993, *IpAddress::parse(client), mailbox};
  }
  [[nodiscard]] static config::ServerLimits at_most(std::uint32_t sessions) {
    config::ServerLimits limits;
    limits.max_connections_per_user = sessions;
    return limits;
  }
  PlaceTables tables_;
};

TEST_F(UserPlace, is_had_at_the_limit_and_refused_above_it) {
  Places first;
  Places second;
  Places third;
  ASSERT_TRUE(tables_.admit_user(first, who("alice"), at_most(2)));
  ASSERT_TRUE(tables_.admit_user(second, who("alice", "a/a", "2001:db8::1"), at_most(2)));
  const auto refused = tables_.admit_user(third, who("alice"), at_most(2));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().scope, Scope::User);
  EXPECT_EQ(refused.error().limit, 2U);
  EXPECT_FALSE(third.user.held());
  first = {};
  EXPECT_TRUE(tables_.admit_user(third, who("alice"), at_most(2)));
}

TEST_F(UserPlace, of_one_mailbox_is_not_taken_from_another_nor_from_another_tenant) {
  Places alice;
  Places bob;
  Places elsewhere;
  EXPECT_TRUE(tables_.admit_user(alice, who("alice"), at_most(1)));
  EXPECT_TRUE(tables_.admit_user(bob, who("bob"), at_most(1)));
  EXPECT_TRUE(tables_.admit_user(elsewhere, who("alice", "b/b"), at_most(1)));
}

TEST_F(UserPlace, is_held_to_the_end_and_then_given_back) {
  std::optional<Places> places(std::in_place);
  ASSERT_TRUE(tables_.admit_user(*places, who("alice"), at_most(1)));
  places->before_login.release();
  EXPECT_EQ(tables_.count(Scope::User, who("alice")), 1U);
  places.reset();
  EXPECT_EQ(tables_.entries(), 0U);
}

TEST_F(UserPlace, is_not_counted_where_there_is_no_limit) {
  Places places;
  EXPECT_TRUE(tables_.admit_user(places, who("alice"), at_most(0)));
  EXPECT_EQ(tables_.entries(), 0U);
}

TEST_F(UserPlace, tells_long_names_apart) {
  const std::string name(1024, 'x');
  Places one;
  Places other;
  EXPECT_TRUE(tables_.admit_user(one, who(name), at_most(1)));
  EXPECT_FALSE(tables_.admit_user(other, who(name), at_most(1)));
  EXPECT_TRUE(tables_.admit_user(other, who(name + "y"), at_most(1)));
}

}  // namespace
}  // namespace postern::quota
