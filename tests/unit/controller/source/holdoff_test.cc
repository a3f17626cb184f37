#include "controller/source/holdoff.h"

#include <gtest/gtest.h>

namespace postern::source {
namespace {

Instant at(int ms) { return Instant{} + Duration(ms); }

TEST(Holdoff, nothing_is_due_when_nothing_happened) {
  EXPECT_FALSE(Holdoff(Duration(100), Duration(1000)).due());
}

TEST(Holdoff, is_due_when_it_has_been_quiet) {
  Holdoff holdoff(Duration(100), Duration(1000));
  holdoff.happened(at(10));
  EXPECT_EQ(holdoff.due(), at(110));
  holdoff.happened(at(90));
  EXPECT_EQ(holdoff.due(), at(190));
}

TEST(Holdoff, is_due_a_second_after_the_first_event_however_much_goes_on) {
  Holdoff holdoff(Duration(100), Duration(1000));
  for (int ms = 0; ms <= 2000; ms += 50) holdoff.happened(at(ms));
  EXPECT_EQ(holdoff.due(), at(1000));
}

TEST(Holdoff, begins_anew_when_it_was_cleared) {
  Holdoff holdoff(Duration(100), Duration(1000));
  holdoff.happened(at(0));
  holdoff.clear();
  EXPECT_FALSE(holdoff.due());
  holdoff.happened(at(5000));
  EXPECT_EQ(holdoff.due(), at(5100));
}

TEST(Holdoff, without_quiet_time_is_due_at_once) {
  Holdoff holdoff(Duration(0), Duration(1000));
  holdoff.happened(at(7));
  EXPECT_EQ(holdoff.due(), at(7));
}

}  // namespace
}  // namespace postern::source
