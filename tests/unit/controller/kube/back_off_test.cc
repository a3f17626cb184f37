#include "controller/kube/back_off.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/manual_clock.h"

namespace postern::kube {
namespace {

std::vector<Duration::rep> waits(double random, int count) {
  test::ManualClock clock;
  BackOff back_off([random] { return random; });
  std::vector<Duration::rep> said;
  for (int turn = 0; turn < count; ++turn) {
    said.push_back(back_off.next(clock.now()).count());
    clock.pass(Duration{said.back()});
  }
  return said;
}

TEST(BackOff, doubles_to_thirty_seconds_and_adds_as_much_again_at_random) {
  EXPECT_EQ(waits(0.0, 8),
            (std::vector<Duration::rep>{800, 1600, 3200, 6400, 12800, 25600, 30000, 30000}));
  EXPECT_EQ(waits(0.5, 7),
            (std::vector<Duration::rep>{1200, 2400, 4800, 9600, 19200, 30000, 30000}));
}

TEST(BackOff, begins_anew_after_two_quiet_minutes) {
  test::ManualClock clock;
  BackOff back_off([] { return 0.0; });
  EXPECT_EQ(back_off.next(clock.now()), Duration{800});
  EXPECT_EQ(back_off.next(clock.now()), Duration{1600});
  clock.pass(Duration{1600} + BackOff::kQuiet - Duration{1});
  EXPECT_EQ(back_off.next(clock.now()), Duration{3200});
  clock.pass(Duration{3200} + BackOff::kQuiet);
  EXPECT_EQ(back_off.next(clock.now()), Duration{800});
}

TEST(BackOff, waits_at_least_as_long_as_it_is_asked_to) {
  test::ManualClock clock;
  BackOff back_off([] { return 0.0; });
  EXPECT_EQ(back_off.next(clock.now(), Duration{5000}), Duration{5000});
  EXPECT_EQ(back_off.next(clock.now(), Duration{100}), Duration{1600});
}

TEST(BackOff, forgives_once_in_two_minutes_where_once_is_no_failure) {
  test::ManualClock clock;
  BackOff back_off([] { return 0.0; });
  EXPECT_EQ(back_off.next_unless_first(clock.now()), Duration{0});
  EXPECT_EQ(back_off.next_unless_first(clock.now()), Duration{800});
  EXPECT_EQ(back_off.next(clock.now()), Duration{1600});
  clock.pass(Duration{1600} + BackOff::kQuiet);
  EXPECT_EQ(back_off.next_unless_first(clock.now()), Duration{0});
}

TEST(BackOff, does_not_care_for_the_wall_clock) {
  test::ManualClock clock;
  BackOff back_off([] { return 0.0; });
  EXPECT_EQ(back_off.next(clock.now()), Duration{800});
  clock.jump(std::chrono::hours{1});
  EXPECT_EQ(back_off.next(clock.now()), Duration{1600});
}

}  // namespace
}  // namespace postern::kube
