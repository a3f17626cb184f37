#include "proxy/quota/history_table.h"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"

namespace postern::quota {
namespace {

using std::chrono::seconds;

// Everything falls into one set.
class OneSet : public ::testing::Test {
 protected:
  void put(std::uint64_t key, std::uint8_t penalty, bool exempt = false) {
    table_.change(key, clock_.now(), [&](HistoryEntry& entry) {
      entry.penalty = penalty;
      entry.exempt = exempt;
      entry.last = seconds_of(clock_.now());
    });
    clock_.pass(seconds(1));
  }
  [[nodiscard]] bool has(std::uint64_t key) const { return table_.find(key).has_value(); }

  postern::test::ManualClock clock_;
  HistoryTable table_{1};
};

TEST_F(OneSet, has_four_ways_and_then_gives_one_up) {
  for (std::uint64_t key = 1; key <= 100; ++key) put(key, 1);
  EXPECT_EQ(table_.entries(), 4U);
  EXPECT_EQ(table_.capacity(), 4U);
  EXPECT_TRUE(has(100));
}

TEST_F(OneSet, gives_up_the_smallest_penalty) {
  put(1, 3);
  put(2, 1);
  put(3, 2);
  put(4, 3);
  put(5, 1);
  EXPECT_FALSE(has(2));
  for (const std::uint64_t key : {1U, 3U, 4U, 5U}) EXPECT_TRUE(has(key)) << key;
}

TEST_F(OneSet, of_equal_penalties_gives_up_the_oldest) {
  for (std::uint64_t key = 1; key <= 5; ++key) put(key, 2);
  EXPECT_FALSE(has(1));
}

TEST_F(OneSet, a_penalty_that_has_fallen_keeps_no_place) {
  put(1, 4);
  clock_.pass(seconds(60));
  for (std::uint64_t key = 2; key <= 5; ++key) put(key, 1);
  EXPECT_FALSE(has(1));
  EXPECT_TRUE(has(2));
}

TEST_F(OneSet, a_block_outweighs_every_penalty_until_it_is_over) {
  table_.change(1, clock_.now(), [&](HistoryEntry& entry) {
    Guesses guesses;
    count_failure(guesses.rate, {1, seconds(60), seconds(60)}, 1, clock_.now());
    entry.put(guesses);
  });
  for (std::uint64_t key = 2; key <= 9; ++key) put(key, 4);
  EXPECT_TRUE(has(1));
  clock_.pass(seconds(60));
  put(10, 1);
  EXPECT_FALSE(has(1));
}

TEST_F(OneSet, exempt_entries_go_only_when_all_are) {
  put(1, 0, true);
  put(2, 0, true);
  put(3, 0, true);
  for (std::uint64_t key = 10; key < 20; ++key) put(key, 4);
  EXPECT_TRUE(has(1) && has(2) && has(3));
  put(4, 0, true);
  EXPECT_TRUE(has(1) && has(2) && has(3) && has(4));
  put(5, 0, true);
  EXPECT_FALSE(has(1));
}

TEST_F(OneSet, what_was_exempt_longer_ago_than_it_holds_is_like_any_other) {
  put(1, 0, true);
  clock_.pass(kKnownFor + seconds(1));
  for (std::uint64_t key = 2; key <= 5; ++key) put(key, 1);
  EXPECT_FALSE(has(1));
}

TEST_F(OneSet, looking_makes_nothing) {
  EXPECT_FALSE(has(1));
  table_.change_if_there(1, [](HistoryEntry&) { FAIL() << "nobody is there"; });
  EXPECT_EQ(table_.entries(), 0U);
}

}  // namespace
}  // namespace postern::quota
