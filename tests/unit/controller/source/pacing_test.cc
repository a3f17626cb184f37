#include "controller/source/pacing.h"

#include <gtest/gtest.h>

namespace postern::source {
namespace {

constexpr Instant kStart{std::chrono::hours(1)};

Instant at(int ms) { return kStart + Duration(ms); }

TEST(Pacing, is_due_at_once_after_a_pause) {
  Pacing pacing{Pace{}};
  EXPECT_FALSE(pacing.due());
  pacing.happened(Haste::Ordinary, at(0));
  EXPECT_EQ(pacing.due(), at(0));
  pacing.clear();
  EXPECT_FALSE(pacing.due());
  pacing.happened(Haste::Ordinary, at(20));
  EXPECT_EQ(pacing.due(), at(20));
}

TEST(Pacing, waits_for_quiet_when_it_goes_on) {
  Pacing pacing{Pace{}};
  pacing.happened(Haste::Ordinary, at(0));
  pacing.clear();
  pacing.happened(Haste::Ordinary, at(3));
  EXPECT_EQ(pacing.due(), at(23));
  pacing.happened(Haste::Ordinary, at(10));
  EXPECT_EQ(pacing.due(), at(30));
}

TEST(Pacing, waits_no_longer_than_so_long) {
  Pacing pacing{Pace{}};
  pacing.happened(Haste::Ordinary, at(0));
  pacing.clear();
  for (int ms = 1; ms < 400; ms += 5) pacing.happened(Haste::Ordinary, at(ms));
  EXPECT_EQ(pacing.due(), at(251));
}

TEST(Pacing, of_endpoints_alone_is_shorter) {
  Pacing pacing{Pace{}};
  pacing.happened(Haste::Endpoints, at(0));
  pacing.clear();
  pacing.happened(Haste::Endpoints, at(1));
  EXPECT_EQ(pacing.due(), at(6));
  pacing.happened(Haste::Ordinary, at(2));
  EXPECT_EQ(pacing.due(), at(22));
}

TEST(Pacing, lets_no_secret_wait) {
  Pacing pacing{Pace{}};
  pacing.happened(Haste::Ordinary, at(0));
  pacing.clear();
  pacing.happened(Haste::Ordinary, at(1));
  pacing.happened(Haste::AtOnce, at(2));
  EXPECT_EQ(pacing.due(), at(1));
}

TEST(Pacing, remembers_when_the_oldest_came) {
  Pacing pacing{Pace{}};
  pacing.happened(Haste::Endpoints, at(7));
  pacing.happened(Haste::AtOnce, at(9));
  EXPECT_EQ(pacing.first(), at(7));
}

}  // namespace
}  // namespace postern::source
