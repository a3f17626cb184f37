#include "proxy/verdicts/verdict_table.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace postern::verdicts {
namespace {

const Instant kBegin{};

VerdictKey key_of(int number) { return sha256(std::to_string(number)); }

Verdict verdict_for(const std::string& user) {
  Verdict verdict;
  verdict.accepted = true;
  verdict.user = user;
  return verdict;
}

TEST(VerdictTable, finds_what_was_put_and_nothing_else) {
  VerdictTable table;
  const ShelfName shelf{"a", 100};
  table.put(shelf, key_of(1), verdict_for("alice"), kBegin);
  ASSERT_TRUE(table.find(shelf, key_of(1), kBegin));
  EXPECT_EQ(table.find(shelf, key_of(1), kBegin)->user, "alice");
  EXPECT_FALSE(table.find(shelf, key_of(2), kBegin));
  EXPECT_FALSE(table.find({"b", 100}, key_of(1), kBegin));
  table.put(shelf, key_of(1), verdict_for("bob"), kBegin);
  EXPECT_EQ(table.find(shelf, key_of(1), kBegin)->user, "bob");
  EXPECT_EQ(table.entries(), 1U);
  table.erase(shelf, key_of(1), kBegin);
  EXPECT_FALSE(table.find(shelf, key_of(1), kBegin));
  EXPECT_EQ(table.entries(), 0U);
}

TEST(VerdictTable, never_has_more_than_its_bound) {
  for (const std::uint32_t most : {1U, 2U, 5U, 16U, 17U, 100U, 1000U}) {
    VerdictTable table;
    for (int i = 0; i < 3000; ++i) {
      table.put({"a", most}, key_of(i), verdict_for("x"), kBegin);
      ASSERT_LE(table.entries(), most);
      ASSERT_TRUE(table.find({"a", most}, key_of(i), kBegin)) << "the newest is here";
    }
    EXPECT_GE(table.entries(), most / 2);
  }
}

TEST(VerdictTable, lets_go_of_the_one_used_longest_ago) {
  VerdictTable table;
  const ShelfName shelf{"a", 160};
  table.put(shelf, key_of(0), verdict_for("x"), kBegin);
  for (int i = 1; i < 5000; ++i) {
    table.put(shelf, key_of(i), verdict_for("x"), kBegin);
    ASSERT_TRUE(table.find(shelf, key_of(0), kBegin)) << i;
  }
  EXPECT_FALSE(table.find(shelf, key_of(1), kBegin));
}

TEST(VerdictTable, one_providers_users_push_out_nobody_elses) {
  VerdictTable table;
  table.put({"a", 16}, key_of(0), verdict_for("x"), kBegin);
  for (int i = 1; i < 500; ++i) table.put({"b", 16}, key_of(i), verdict_for("x"), kBegin);
  EXPECT_TRUE(table.find({"a", 16}, key_of(0), kBegin));
}

TEST(VerdictTable, another_bound_is_another_shelf) {
  VerdictTable table;
  for (int i = 0; i < 100; ++i) table.put({"a", 100}, key_of(i), verdict_for("x"), kBegin);
  table.put({"a", 4}, key_of(1000), verdict_for("x"), kBegin);
  EXPECT_EQ(table.entries(), 1U);
}

TEST(VerdictTable, a_provider_that_nobody_asks_keeps_nothing_for_ever) {
  VerdictTable table;
  table.put({"gone", 4}, key_of(1), verdict_for("x"), kBegin);
  const Instant later = kBegin + kStalest + std::chrono::hours(1);
  (void)table.find({"other", 4}, key_of(1), later);
  EXPECT_EQ(table.entries(), 0U);
}

TEST(VerdictTable, is_shared_by_threads) {
  VerdictTable table;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&table, thread] {
      for (int i = 0; i < 2000; ++i) {
        const VerdictKey key = key_of(i % 50);
        const ShelfName shelf{thread % 2 == 0 ? "a" : "b", 32};
        table.put(shelf, key, verdict_for(std::to_string(i % 50)), kBegin);
        if (const auto found = table.find(shelf, key, kBegin)) {
          ASSERT_EQ(found->user, std::to_string(i % 50));
        }
        if (i % 7 == 0) table.erase(shelf, key, kBegin);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(table.entries(), 64U);
}

}  // namespace
}  // namespace postern::verdicts
