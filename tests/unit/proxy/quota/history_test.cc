#include "proxy/quota/history.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <fmt/format.h>

#include "tests/unit/proxy/quota/history_fixture.h"

namespace postern::quota::test {
namespace {

const IpAddress kHere = ip("192.0.2.1");

TEST_F(HistoryTest, who_never_failed_waits_for_nothing) {
  expect_free(kHere, "alice");
  EXPECT_EQ(history_.entries(), 0U);
}

// One guess after the other, each begun two seconds after the refusal of the one before.
TEST_F(HistoryTest, a_source_that_goes_on_guessing_waits_4_8_15_15_seconds) {
  std::vector<int> waits;
  for (int i = 0; i < 6; ++i) {
    const std::string password = "guess " + std::to_string(i);
    const Attempt guess = attempt(kHere, "alice", password);
    const Verdict verdict = history_.before_asking(guess, protection_, clock_.now());
    waits.push_back(static_cast<int>(verdict.wait.count() / 1000));
    clock_.pass(verdict.wait);
    history_.failed(guess, protection_, clock_.now(), Guess::WrongPassword);
    clock_.pass(seconds(2));
  }
  EXPECT_EQ(waits, (std::vector<int>{0, 4, 8, 15, 15, 15}));
}

TEST_F(HistoryTest, a_source_waits_whatever_user_it_tries_next) {
  for (const char* user : {"alice", "bob", "carol"}) fail(kHere, user);
  EXPECT_EQ(ask(kHere, "dave").wait, seconds(15));
}

TEST_F(HistoryTest, fifteen_quiet_seconds_make_it_good) {
  for (int i = 0; i < 9; ++i) fail(kHere, "alice");
  clock_.pass(seconds(14));
  EXPECT_EQ(ask(kHere, "alice").wait, seconds(15));
  clock_.pass(seconds(1));
  expect_free(kHere, "alice");
}

TEST_F(HistoryTest, guesses_at_once_raise_the_penalty_each) {
  const Attempt first = attempt(kHere, "alice");
  for (int i = 0; i < 3; ++i) {
    history_.failed(first, protection_, clock_.now(), Guess::WrongPassword);
  }
  EXPECT_EQ(ask(kHere, "alice").wait, seconds(15));
}

TEST_F(HistoryTest, a_penalty_that_is_disabled_delays_nobody) {
  for (int i = 0; i < 9; ++i) fail(kHere, "alice");
  protection_.penalty_grows = false;
  expect_free(kHere, "alice");
}

TEST_F(HistoryTest, of_one_source_is_not_another_ones) {
  for (int i = 0; i < 9; ++i) fail(kHere, "alice");
  expect_free(ip("192.0.2.2"), "alice");
}

TEST_F(HistoryTest, of_one_tenant_is_not_another_ones) {
  for (int i = 0; i < 40; ++i) fail(kHere, "alice");
  Attempt other = attempt(kHere, "alice");
  other.server = "mail/other";
  const Verdict verdict = history_.before_asking(other, protection_, clock_.now());
  EXPECT_EQ(verdict.wait, Duration{0});
  EXPECT_EQ(verdict.block, Block::None);
}

// ---- the same password again

TEST_F(HistoryTest, the_same_wrong_password_again_costs_nothing_more) {
  fail(kHere, "alice", "old");
  EXPECT_EQ(ask(kHere, "alice").wait, seconds(4));
  for (int i = 0; i < 500; ++i) {
    fail(kHere, "alice", "old");
    clock_.pass(seconds(1));
  }
  expect_free(kHere, "alice");
}

TEST_F(HistoryTest, the_same_password_counts_where_that_was_wished) {
  protection_.same_password_counts = true;
  fail(kHere, "alice", "old");
  fail(kHere, "alice", "old");
  EXPECT_EQ(ask(kHere, "alice").wait, seconds(8));
}

TEST_F(HistoryTest, one_password_tried_on_many_users_is_many_guesses) {
  fail(kHere, "alice", "123456");
  fail(kHere, "bob", "123456");
  EXPECT_EQ(ask(kHere, "carol").wait, seconds(8));
}

TEST_F(HistoryTest, what_shows_no_password_counts_each_time) {
  fail(kHere, "alice");
  fail(kHere, "alice");
  EXPECT_EQ(ask(kHere, "alice").wait, seconds(8));
}

TEST_F(HistoryTest, eight_old_passwords_are_remembered) {
  rates_off();
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 8; ++i) fail(kHere, "alice", fmt::format("old {}", i));
    if (round == 0) clock_.pass(seconds(20));
  }
  expect_free(kHere, "alice");
  fail(kHere, "alice", "a ninth");
  EXPECT_EQ(ask(kHere, "alice").wait, seconds(4));
}

// ---- rates

TEST_F(HistoryTest, a_source_is_blocked_after_its_failures_and_let_in_after_its_time) {
  for (int i = 0; i < 29; ++i) fail(kHere, fmt::format("user{}", i));
  EXPECT_EQ(ask(kHere, "alice").block, Block::None);
  fail(kHere, "user29");
  EXPECT_EQ(ask(kHere, "alice").block, Block::Source);
  clock_.pass(seconds(299));
  EXPECT_EQ(ask(kHere, "alice").block, Block::Source);
  clock_.pass(seconds(1));
  expect_free(kHere, "alice");
}

TEST_F(HistoryTest, a_block_ends_at_once_where_the_rate_is_taken_away) {
  for (int i = 0; i < 30; ++i) fail(kHere, "alice");
  protection_.per_source = {};
  EXPECT_NE(ask(kHere, "bob").block, Block::Source);
}

TEST_F(HistoryTest, a_user_whom_many_sources_guess_is_closed_to_strangers_for_its_time) {
  for (int i = 0; i < 30; ++i) fail(ip(fmt::format("198.51.{}.1", i)), "alice");
  EXPECT_EQ(ask(ip("203.0.113.1"), "alice").block, Block::User);
  expect_free(ip("203.0.113.1"), "bob");
  clock_.pass(seconds(3600));
  expect_free(ip("203.0.113.1"), "alice");
}

TEST_F(HistoryTest, names_that_nobody_has_count_on_the_neighbours_too) {
  const auto unknown = Guess::UnknownUser;
  for (int i = 0; i < 30; ++i) {
    fail(ip(fmt::format("192.0.2.{}", i)), fmt::format("x{}", i), "", unknown);
    fail(ip(fmt::format("2001:db8:1:{:x}::1", i)), fmt::format("y{}", i), "", unknown);
  }
  EXPECT_EQ(ask(ip("192.0.2.200"), "alice").block, Block::Source);
  EXPECT_EQ(ask(ip("2001:db8:1:ff::1"), "alice").block, Block::Source);
  expect_free(ip("192.0.3.1"), "alice");
  EXPECT_EQ(ask(ip("2001:db8:1:100::1"), "alice").block, Block::None);
}

TEST_F(HistoryTest, wrong_passwords_of_neighbours_are_their_own) {
  for (int i = 0; i < 30; ++i) fail(ip(fmt::format("192.0.2.{}", i)), fmt::format("x{}", i));
  expect_free(ip("192.0.2.200"), "alice");
}

// ---- IPv6

TEST_F(HistoryTest, of_an_ipv6_source_is_its_64) {
  for (int i = 0; i < 3; ++i) fail(ip(fmt::format("2001:db8:1:1::{:x}", i)), "alice");
  EXPECT_EQ(ask(ip("2001:db8:1:1:ffff::"), "bob").wait, seconds(15));
  expect_free(ip("2001:db8:1:2::1"), "bob");
}

TEST_F(HistoryTest, an_attacker_with_all_64s_of_a_48_is_delayed_and_blocked) {
  int asked = 0;
  bool delayed = false;
  for (int i = 0; i < 65'536; ++i) {
    const IpAddress source = ip(fmt::format("2001:db8:1:{:x}::1", i));
    const Verdict verdict = ask(source, fmt::format("user{}", i));
    delayed |= verdict.wait > Duration{0};
    if (verdict.block != Block::None) continue;
    ++asked;
    fail(source, fmt::format("user{}", i));
  }
  EXPECT_EQ(asked, 30 * 16);
  EXPECT_TRUE(delayed);
  expect_free(ip("2001:db8:2::1"), "alice");
}

TEST_F(HistoryTest, a_48_waits_only_after_sixteen_failures) {
  for (int i = 0; i < 15; ++i) fail(ip(fmt::format("2001:db8:1:{:x}::1", i)), "alice");
  expect_free(ip("2001:db8:1:ff::1"), "bob");
  fail(ip("2001:db8:1:fe::1"), "alice");
  EXPECT_EQ(ask(ip("2001:db8:1:ff::1"), "bob").wait, seconds(4));
}

// ---- who is exempt

TEST_F(HistoryTest, exempt_networks_are_never_counted_delayed_or_blocked) {
  protection_.exempt = {*Network::parse("192.0.2.0/24"), *Network::parse("2001:db8::/32")};
  for (int i = 0; i < 100; ++i) {
    fail(kHere, "alice");
    fail(ip("2001:db8::1"), "alice");
  }
  EXPECT_EQ(history_.entries(), 0U);
  expect_free(kHere, "alice");
  expect_free(ip("2001:db8::1"), "alice");
}

TEST_F(HistoryTest, that_is_off_keeps_nothing) {
  protection_ = config::no_login_protection();
  for (int i = 0; i < 100; ++i) {
    fail(kHere, "alice", "x");
    log_in(kHere, "alice");
  }
  EXPECT_EQ(history_.entries(), 0U);
  expect_free(kHere, "alice");
}

TEST_F(HistoryTest, of_nobody_known_counts_for_the_source_alone) {
  fail(kHere, "");
  EXPECT_EQ(history_.entries(), 1U);
  EXPECT_EQ(ask(kHere, "").wait, seconds(4));
}

}  // namespace
}  // namespace postern::quota::test
