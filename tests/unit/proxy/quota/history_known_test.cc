// Who logged in from where before: others cannot delay him or lock him out.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "proxy/quota/history.h"
#include "tests/unit/proxy/quota/history_fixture.h"

namespace postern::quota::test {
namespace {

const IpAddress kHome = ip("192.0.2.1");

TEST_F(HistoryTest, strangers_cannot_lock_a_user_out_of_his_own_address) {
  log_in(kHome, "alice");
  for (int i = 0; i < 1000; ++i) {
    fail(ip(fmt::format("198.51.{}.{}", i / 250, i % 250)), "alice");
  }
  EXPECT_EQ(ask(ip("203.0.113.1"), "alice").block, Block::User);
  expect_free(kHome, "alice");
}

TEST_F(HistoryTest, his_own_failures_at_home_do_not_close_him_to_other_places) {
  log_in(kHome, "alice");
  for (int i = 0; i < 100; ++i) fail(kHome, "alice");
  expect_free(ip("203.0.113.1"), "alice");
}

TEST_F(HistoryTest, behind_one_address_one_wrong_phone_delays_nobody_else) {
  for (int i = 0; i < 500; ++i) log_in(kHome, fmt::format("user{}", i));
  for (int minute = 0; minute < 60; ++minute) {
    for (int again = 0; again < 30; ++again) {
      fail(kHome, "user0", "the old password");
      for (int i = 1; i < 500; i += 83) expect_free(kHome, fmt::format("user{}", i));
      clock_.pass(seconds(2));
    }
  }
  expect_free(kHome, "somebody new");
}

TEST_F(HistoryTest, a_neighbour_who_guesses_delays_himself_and_strangers_only) {
  log_in(kHome, "alice");
  for (int i = 0; i < 40; ++i) fail(kHome, fmt::format("user{}", i));
  expect_free(kHome, "alice");
  EXPECT_EQ(ask(kHome, "a stranger").block, Block::Source);
}

TEST_F(HistoryTest, guesses_at_a_user_from_where_he_is_known_wait_and_are_blocked) {
  log_in(kHome, "alice");
  fail(kHome, "alice");
  EXPECT_EQ(ask(kHome, "alice").wait, seconds(4));
  for (int i = 0; i < 29; ++i) fail(kHome, "alice");
  EXPECT_EQ(ask(kHome, "alice").block, Block::Source);
}

TEST_F(HistoryTest, a_login_clears_what_he_failed_at_that_source) {
  log_in(kHome, "alice");
  fail(kHome, "alice");
  log_in(kHome, "alice");
  expect_free(kHome, "alice");
}

TEST_F(HistoryTest, a_login_as_himself_does_not_help_who_guesses_at_others) {
  for (int i = 0; i < 3; ++i) {
    fail(kHome, "victim");
    log_in(kHome, "attacker");
  }
  EXPECT_EQ(ask(kHome, "victim").wait, seconds(15));
  EXPECT_EQ(ask(kHome, "another victim").wait, seconds(15));
}

TEST_F(HistoryTest, a_phone_with_an_old_password_stays_forgiven_after_a_login) {
  log_in(kHome, "alice");
  fail(kHome, "alice", "old");
  log_in(kHome, "alice");
  fail(kHome, "alice", "old");
  expect_free(kHome, "alice");
}

TEST_F(HistoryTest, knows_a_source_for_thirty_days) {
  protection_.per_user = {30, seconds(3600), std::chrono::days(7)};
  log_in(kHome, "alice");
  const auto strangers_guess = [this] {
    for (int i = 0; i < 30; ++i) fail(ip(fmt::format("198.51.{}.1", i)), "alice");
  };
  clock_.pass(std::chrono::days(30));
  strangers_guess();
  expect_free(kHome, "alice");
  clock_.pass(std::chrono::days(1));
  EXPECT_EQ(ask(kHome, "alice").block, Block::User);
}

TEST_F(HistoryTest, knows_the_sixteen_newest_sources_of_a_user) {
  for (int i = 0; i < 17; ++i) log_in(ip(fmt::format("203.0.{}.1", i)), "alice");
  for (int i = 0; i < 30; ++i) fail(ip(fmt::format("198.51.{}.1", i)), "alice");
  EXPECT_EQ(ask(ip("203.0.0.1"), "alice").block, Block::User);
  for (int i = 1; i < 17; ++i) expect_free(ip(fmt::format("203.0.{}.1", i)), "alice");
}

TEST_F(HistoryTest, a_source_that_is_used_again_is_among_the_newest) {
  for (int i = 0; i < 16; ++i) log_in(ip(fmt::format("203.0.{}.1", i)), "alice");
  log_in(ip("203.0.0.1"), "alice");
  log_in(ip("203.0.99.1"), "alice");
  for (int i = 0; i < 30; ++i) fail(ip(fmt::format("198.51.{}.1", i)), "alice");
  expect_free(ip("203.0.0.1"), "alice");
  EXPECT_EQ(ask(ip("203.0.1.1"), "alice").block, Block::User);
}

TEST_F(HistoryTest, a_user_with_a_thousand_sources_takes_two_entries_for_them) {
  for (int i = 0; i < 1000; ++i) {
    log_in(ip(fmt::format("203.{}.{}.1", i / 250, i % 250)), "alice");
  }
  EXPECT_EQ(history_.entries(), 2U);
}

}  // namespace
}  // namespace postern::quota::test
