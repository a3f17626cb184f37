#include "proxy/quota/failure_rate.h"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"

namespace postern::quota {
namespace {

using std::chrono::seconds;

constexpr config::FailureRate kThirtyAMinute{30, seconds(60), seconds(300)};

TEST(FailureRate, begins_the_block_with_the_last_failure_that_is_allowed) {
  const test::ManualClock clock;
  RateCount count;
  for (int i = 0; i < 29; ++i) count_failure(count, kThirtyAMinute, 1, clock.now());
  EXPECT_FALSE(is_blocked(count, clock.now()));
  count_failure(count, kThirtyAMinute, 1, clock.now());
  EXPECT_TRUE(is_blocked(count, clock.now()));
}

TEST(FailureRate, block_lasts_as_long_as_it_says) {
  test::ManualClock clock;
  RateCount count;
  for (int i = 0; i < 30; ++i) count_failure(count, kThirtyAMinute, 1, clock.now());
  clock.pass(seconds(300) - Duration{1});
  EXPECT_TRUE(is_blocked(count, clock.now()));
  clock.pass(Duration{1});
  EXPECT_FALSE(is_blocked(count, clock.now()));
}

TEST(FailureRate, within_it_nobody_is_blocked_however_long_he_goes_on) {
  test::ManualClock clock;
  RateCount count;
  for (int i = 0; i < 1000; ++i) {
    count_failure(count, kThirtyAMinute, 1, clock.now());
    EXPECT_FALSE(is_blocked(count, clock.now())) << i;
    clock.pass(seconds(2));
  }
}

TEST(FailureRate, twice_as_fast_blocks_before_two_windows_are_over) {
  test::ManualClock clock;
  RateCount count;
  int failures = 0;
  for (; !is_blocked(count, clock.now()) && failures < 1000; ++failures) {
    count_failure(count, kThirtyAMinute, 1, clock.now());
    clock.pass(seconds(1));
  }
  EXPECT_LE(failures, 60);
}

TEST(FailureRate, of_one_failure_blocks_at_once) {
  const test::ManualClock clock;
  RateCount count;
  count_failure(count, {1, seconds(1), seconds(1)}, 1, clock.now());
  EXPECT_TRUE(is_blocked(count, clock.now()));
}

TEST(FailureRate, of_no_failures_is_none) {
  const test::ManualClock clock;
  RateCount count;
  for (int i = 0; i < 1000; ++i)
    count_failure(count, {0, seconds(60), seconds(60)}, 1, clock.now());
  EXPECT_FALSE(is_blocked(count, clock.now()));
}

TEST(FailureRate, allows_sixteen_times_as_much_by_its_factor) {
  const test::ManualClock clock;
  RateCount count;
  for (int i = 0; i < 479; ++i) count_failure(count, kThirtyAMinute, 16, clock.now());
  EXPECT_FALSE(is_blocked(count, clock.now()));
  count_failure(count, kThirtyAMinute, 16, clock.now());
  EXPECT_TRUE(is_blocked(count, clock.now()));
}

}  // namespace
}  // namespace postern::quota
