#include "proxy/quota/password_sums.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/support/manual_clock.h"

namespace postern::quota {
namespace {

TEST(PasswordSums, are_the_same_for_the_same_password_of_the_same_user) {
  const postern::test::ManualClock clock;
  const PasswordSums sums;
  EXPECT_EQ(sums.of(1, "secret", clock.now()), sums.of(1, "secret", clock.now()));
}

TEST(PasswordSums, differ_by_password_user_day_and_process) {
  postern::test::ManualClock clock;
  const PasswordSums sums;
  const PasswordSums of_another_process;
  std::set<std::uint16_t> seen;
  // 16 bits: a few of 400 may be equal by chance, not more.
  for (int i = 0; i < 100; ++i) {
    seen.insert(sums.of(1, "secret" + std::to_string(i), clock.now()));
    seen.insert(sums.of(static_cast<std::uint64_t>(i) + 2, "secret", clock.now()));
    seen.insert(of_another_process.of(static_cast<std::uint64_t>(i), "secret", clock.now()));
    clock.pass(std::chrono::days{1});
    seen.insert(sums.of(1, "secret", clock.now()));
  }
  EXPECT_GT(seen.size(), 390U);
}

TEST(PasswordSums, are_0_only_where_no_password_was_shown) {
  const postern::test::ManualClock clock;
  const PasswordSums sums;
  EXPECT_EQ(sums.of(1, "", clock.now()), 0);
  for (std::uint64_t i = 0; i < 200'000; ++i) {
    ASSERT_NE(sums.of(i, "x", clock.now()), 0);
  }
}

}  // namespace
}  // namespace postern::quota
