#include "proxy/auth/breaker.h"

#include <gtest/gtest.h>

namespace postern::auth {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Change = Breaker::Change;

const Instant kStart{std::chrono::hours(1)};

Breaker opened(Instant now) {
  Breaker breaker;
  for (int i = 0; i < 9; ++i) EXPECT_EQ(breaker.failed(now, false), Change::None);
  EXPECT_EQ(breaker.failed(now, false), Change::Opened);
  return breaker;
}

TEST(Breaker, ten_failures_within_five_seconds_open_it_for_one_second) {
  Breaker breaker = opened(kStart);
  EXPECT_FALSE(breaker.lets_through(kStart));
  EXPECT_FALSE(breaker.lets_through(kStart + milliseconds(999)));
  EXPECT_TRUE(breaker.lets_through(kStart + seconds(1)));
}

TEST(Breaker, ten_failures_in_more_than_five_seconds_do_not) {
  Breaker breaker;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(breaker.failed(kStart + i * milliseconds(600), false), Change::None) << i;
  }
  EXPECT_TRUE(breaker.lets_through(kStart + seconds(60)));
}

TEST(Breaker, a_success_among_them_begins_the_count_anew) {
  Breaker breaker;
  for (int i = 0; i < 9; ++i) EXPECT_EQ(breaker.failed(kStart, false), Change::None);
  EXPECT_EQ(breaker.succeeded(), Change::None);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(breaker.failed(kStart, false), Change::None);
  EXPECT_EQ(breaker.failed(kStart, false), Change::Opened);
}

TEST(Breaker, a_garbled_answer_is_no_outage_and_no_success) {
  Breaker breaker;
  for (int i = 0; i < 9; ++i) EXPECT_EQ(breaker.failed(kStart, false), Change::None);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(breaker.answered_badly(), Change::None);
  EXPECT_EQ(breaker.failed(kStart, false), Change::Opened);
}

TEST(Breaker, half_open_an_older_question_that_fails_lets_no_second_one_try) {
  Breaker breaker = opened(kStart);
  EXPECT_TRUE(breaker.lets_through(kStart + seconds(1)));
  EXPECT_EQ(breaker.failed(kStart + milliseconds(1200), false), Change::None);
  EXPECT_FALSE(breaker.lets_through(kStart + seconds(4)));
  EXPECT_EQ(breaker.failed(kStart + seconds(4), true), Change::None);
  EXPECT_TRUE(breaker.lets_through(kStart + seconds(5)));
}

TEST(Breaker, half_open_one_question_tries_and_its_fate_decides) {
  Breaker breaker = opened(kStart);
  EXPECT_TRUE(breaker.lets_through(kStart + seconds(1)));
  EXPECT_FALSE(breaker.lets_through(kStart + seconds(2)));
  EXPECT_EQ(breaker.failed(kStart + seconds(2), true), Change::None);
  EXPECT_FALSE(breaker.lets_through(kStart + milliseconds(2900)));
  EXPECT_TRUE(breaker.lets_through(kStart + seconds(3)));
  EXPECT_EQ(breaker.succeeded(), Change::Closed);
  EXPECT_TRUE(breaker.lets_through(kStart + seconds(3)));
  EXPECT_TRUE(breaker.lets_through(kStart + seconds(3)));
}

TEST(Breaker, half_open_a_garbled_answer_shows_that_the_service_is_there) {
  Breaker breaker = opened(kStart);
  EXPECT_TRUE(breaker.lets_through(kStart + seconds(1)));
  EXPECT_EQ(breaker.answered_badly(), Change::Closed);
  EXPECT_FALSE(breaker.open());
}

TEST(Breaker, a_question_taken_back_lets_another_one_try) {
  Breaker breaker = opened(kStart);
  EXPECT_TRUE(breaker.lets_through(kStart + seconds(1)));
  breaker.abandoned();
  EXPECT_TRUE(breaker.lets_through(kStart + seconds(1)));
}

TEST(Breaker, it_is_forgotten_when_nothing_of_it_matters) {
  Breaker breaker;
  EXPECT_TRUE(breaker.forgettable(kStart));
  EXPECT_EQ(breaker.failed(kStart, false), Change::None);
  EXPECT_FALSE(breaker.forgettable(kStart + seconds(5)));
  EXPECT_TRUE(breaker.forgettable(kStart + seconds(6)));
  const Breaker open = opened(kStart);
  EXPECT_FALSE(open.forgettable(kStart + seconds(30)));
  EXPECT_TRUE(open.forgettable(kStart + seconds(62)));
}

}  // namespace
}  // namespace postern::auth
