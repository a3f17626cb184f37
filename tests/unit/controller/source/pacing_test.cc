#include "controller/source/pacing.h"

#include <gtest/gtest.h>

namespace postern::source {
namespace {

constexpr Instant kStart{std::chrono::hours(1)};

Instant after(int ms) { return kStart + Duration(ms); }

TEST(Pacing, is_due_at_once_after_a_pause) {
  Pacing pacing{Pace{}};
  EXPECT_FALSE(pacing.due());
  pacing.happened(Haste::Ordinary, after(0));
  EXPECT_EQ(pacing.due(), after(0));
  pacing.clear();
  EXPECT_FALSE(pacing.due());
  pacing.happened(Haste::Ordinary, after(20));
  EXPECT_EQ(pacing.due(), after(20));
}

TEST(Pacing, waits_for_quiet_when_it_goes_on) {
  Pacing pacing{Pace{}};
  pacing.happened(Haste::Ordinary, after(0));
  pacing.clear();
  pacing.happened(Haste::Ordinary, after(3));
  EXPECT_EQ(pacing.due(), after(23));
  pacing.happened(Haste::Ordinary, after(10));
  EXPECT_EQ(pacing.due(), after(30));
}

TEST(Pacing, waits_no_longer_than_so_long) {
  Pacing pacing{Pace{}};
  pacing.happened(Haste::Ordinary, after(0));
  pacing.clear();
  for (int ms = 1; ms < 400; ms += 5) pacing.happened(Haste::Ordinary, after(ms));
  EXPECT_EQ(pacing.due(), after(251));
}

TEST(Pacing, of_endpoints_alone_is_shorter) {
  Pacing pacing{Pace{}};
  pacing.happened(Haste::Endpoints, after(0));
  pacing.clear();
  pacing.happened(Haste::Endpoints, after(1));
  EXPECT_EQ(pacing.due(), after(6));
  pacing.happened(Haste::Ordinary, after(2));
  EXPECT_EQ(pacing.due(), after(22));
}

TEST(Pacing, lets_no_secret_wait) {
  Pacing pacing{Pace{}};
  pacing.happened(Haste::Ordinary, after(0));
  pacing.clear();
  pacing.happened(Haste::Ordinary, after(1));
  pacing.happened(Haste::AtOnce, after(2));
  EXPECT_EQ(pacing.due(), after(1));
}

TEST(Pacing, remembers_when_the_oldest_came) {
  Pacing pacing{Pace{}};
  pacing.happened(Haste::Endpoints, after(7));
  pacing.happened(Haste::AtOnce, after(9));
  EXPECT_EQ(pacing.first(), after(7));
}

}  // namespace
}  // namespace postern::source
