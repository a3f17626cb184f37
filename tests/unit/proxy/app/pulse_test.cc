#include "proxy/app/pulse.h"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"

namespace postern::proxy_app {
namespace {

TEST(Pulse, is_lost_when_one_worker_does_not_turn_for_half_a_minute) {
  postern::test::ManualClock clock;
  Pulse pulse(clock, 3);
  EXPECT_TRUE(pulse.all_turn());
  clock.pass(Pulse::kHangs);
  EXPECT_TRUE(pulse.all_turn());
  pulse.beat(0);
  pulse.beat(2);
  clock.pass(Duration{1'000});
  EXPECT_FALSE(pulse.all_turn());
  pulse.beat(1);
  EXPECT_TRUE(pulse.all_turn());
}

}  // namespace
}  // namespace postern::proxy_app
