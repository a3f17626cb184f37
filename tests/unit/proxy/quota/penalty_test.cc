#include "proxy/quota/penalty.h"

#include <gtest/gtest.h>

namespace postern::quota {
namespace {

using std::chrono::seconds;

TEST(Penalty, waits_as_dovecot_does) {
  EXPECT_EQ(penalty_wait(0), seconds(2));
  EXPECT_EQ(penalty_wait(1), seconds(4));
  EXPECT_EQ(penalty_wait(2), seconds(8));
  EXPECT_EQ(penalty_wait(3), seconds(15));
  EXPECT_EQ(penalty_wait(4), seconds(15));
  EXPECT_EQ(penalty_wait(200), seconds(15));
}

TEST(Penalty, falls_as_dovecots_does) {
  struct Row {
    std::uint8_t before;
    int since;
    std::uint8_t after;
  };
  // while penalty > 0 and since >= secs(drop): drop--, penalty--; drop begins at 4.
  constexpr Row kRows[] = {{0, 0, 0},  {1, 0, 1},  {1, 14, 1}, {1, 15, 0}, {2, 14, 2}, {2, 15, 0},
                           {3, 14, 3}, {3, 15, 0}, {4, 8, 4},  {4, 14, 4}, {4, 15, 0}, {4, 60, 0}};
  for (const Row& row : kRows) {
    EXPECT_EQ(fallen_penalty(row.before, seconds(row.since)), row.after)
        << int{row.before} << " after " << row.since << " s";
  }
}

}  // namespace
}  // namespace postern::quota
