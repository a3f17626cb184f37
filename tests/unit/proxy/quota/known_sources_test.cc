#include "proxy/quota/known_sources.h"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"

namespace postern::quota {
namespace {

constexpr std::uint64_t hash(std::uint64_t number) { return number << 42U; }

TEST(KnownSources, are_known_for_thirty_days) {
  postern::test::ManualClock clock;
  KnownSources sources;
  (void)remember(sources, mark_of(hash(7), day_of(clock.now())));
  EXPECT_TRUE(knows(sources, mark_of(hash(7), day_of(clock.now()))));
  EXPECT_FALSE(knows(sources, mark_of(hash(8), day_of(clock.now()))));
  clock.pass(std::chrono::days{30});
  EXPECT_TRUE(knows(sources, mark_of(hash(7), day_of(clock.now()))));
  clock.pass(std::chrono::days{1});
  EXPECT_FALSE(knows(sources, mark_of(hash(7), day_of(clock.now()))));
}

TEST(KnownSources, are_known_anew_from_their_last_login) {
  postern::test::ManualClock clock;
  KnownSources sources;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(remember(sources, mark_of(hash(7), day_of(clock.now()))), 0U);
    clock.pass(std::chrono::days{29});
    EXPECT_TRUE(knows(sources, mark_of(hash(7), day_of(clock.now()))));
  }
}

TEST(KnownSources, give_up_the_one_that_was_longest_not_used) {
  KnownSources sources;
  for (std::uint64_t i = 1; i <= KnownSources::kMost; ++i) {
    EXPECT_EQ(remember(sources, mark_of(hash(i), 5)), 0U);
  }
  EXPECT_EQ(remember(sources, mark_of(hash(1), 5)), 0U);
  EXPECT_EQ(remember(sources, mark_of(hash(100), 5)), mark_of(hash(2), 5));
  EXPECT_TRUE(knows(sources, mark_of(hash(1), 5)));
  EXPECT_FALSE(knows(sources, mark_of(hash(2), 5)));
}

TEST(KnownSources, forgotten_leave_a_place) {
  KnownSources sources;
  for (std::uint64_t i = 1; i <= KnownSources::kMost; ++i) {
    (void)remember(sources, mark_of(hash(i), 5));
  }
  forget(sources, mark_of(hash(4), 6));
  EXPECT_FALSE(knows(sources, mark_of(hash(4), 5)));
  EXPECT_EQ(remember(sources, mark_of(hash(9), 5)), 0U);
  EXPECT_TRUE(knows(sources, mark_of(hash(1), 5)));
}

}  // namespace
}  // namespace postern::quota
