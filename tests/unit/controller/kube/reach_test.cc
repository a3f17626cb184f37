#include "controller/kube/reach.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "controller/kube/back_off.h"
#include "tests/unit/controller/kube/followed.h"

namespace postern::kube {
namespace {

using Words = std::vector<std::string>;
using std::chrono::seconds;

class Returning : public ::testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<Reach::Wait> wait(const std::string& who) {
    return reach_.await([this, who] { called_.push_back(who); });
  }
  void away_for(Duration duration) {
    reach_.heard(false, clock_.now());
    clock_.pass(duration);
    reach_.heard(false, clock_.now());
    reach_.heard(true, clock_.now());
  }

  test::ManualClock clock_;
  Reach reach_;
  Words called_;
};

TEST_F(Returning, calls_everybody_who_waits_once_after_an_outage) {
  const auto first = wait("first");
  const auto second = wait("second");
  away_for(Reach::kAway);
  EXPECT_EQ(called_, (Words{"first", "second"}));
  away_for(Reach::kAway);
  EXPECT_EQ(called_.size(), 2U);
}

TEST_F(Returning, calls_nobody_whose_waiting_has_ended) {
  auto first = wait("first");
  std::unique_ptr<Reach::Wait> second;
  const auto breaker = reach_.await([&second] { second.reset(); });
  second = wait("second");
  const auto last = wait("last");
  first.reset();
  away_for(Reach::kAway);
  EXPECT_EQ(called_, Words{"last"});
}

TEST_F(Returning, leaves_those_alone_who_begin_to_wait_when_they_are_called) {
  std::unique_ptr<Reach::Wait> again;
  const auto first = reach_.await([&] { again = wait("again"); });
  away_for(Reach::kAway);
  EXPECT_EQ(called_, Words{});
  away_for(Reach::kAway);
  EXPECT_EQ(called_, Words{"again"});
}

TEST_F(Returning, takes_a_server_that_answers_some_and_not_others_for_one_that_is_there) {
  const auto first = wait("first");
  for (int turn = 0; turn < 10; ++turn) away_for(Reach::kAway - Duration{1});
  EXPECT_EQ(called_, Words{});
}

TEST_F(Returning, does_not_heed_the_wall_clock) {
  const auto first = wait("first");
  reach_.heard(false, clock_.now());
  clock_.jump(std::chrono::hours{24});
  reach_.heard(true, clock_.now());
  EXPECT_EQ(called_, Words{});
}

class ReflectorAtAReturn : public Followed {
 protected:
  void SetUp() override {
    reach = &reach_;
    start_watching();
    agenda_.pass(seconds{2});
    flow().octets(bookmark(10));
    flow().broken(Broken::Why::Cut);
    agenda_.turn();
  }
  // It fails again and again, until its waits are the longest.
  void grow_patient(int status) {
    constexpr int kTurns = 7;  // one more, and the collection is listed again
    for (int turn = 1; turn <= kTurns; ++turn) {
      fail(status);
      if (turn < kTurns) (void)waited();
    }
    EXPECT_EQ(agenda_.next_in(), BackOff::kMost);
  }
  void fail(int status) {
    status == 0 ? flow().broken(Broken::Why::Unreachable) : flow().answer(status, "");
  }
  void come_back() {
    reach_.heard(false, clock_.now());
    agenda_.pass(Reach::kAway);
    reach_.heard(true, clock_.now());
  }

  Reach reach_;
};

TEST_F(ReflectorAtAReturn, asks_within_a_second_after_a_long_outage) {
  for (const int status : {0, 502, 503}) {
    grow_patient(status);
    come_back();
    EXPECT_EQ(agenda_.next_in(), Duration{500}) << "half of the spread";
    (void)waited();
    EXPECT_TRUE(target().ends_with("&resourceVersion=10")) << "no list";
    // A server that has just come back knows no roles yet.
    flow().answer(403, "");
    EXPECT_EQ(waited(), Duration{1200}) << "its waits are short again";
    flow().head(200);
    agenda_.pass(seconds{2});
    flow().octets(bookmark(10));
    flow().broken(Broken::Why::Cut);
    agenda_.turn();
  }
}

TEST_F(ReflectorAtAReturn, has_short_waits_again_also_when_it_had_asked_already) {
  grow_patient(0);
  (void)waited();
  come_back();
  fail(0);
  EXPECT_EQ(waited(), Duration{1200});
}

TEST_F(ReflectorAtAReturn, waits_as_it_was_asked_to) {
  flow().answer(503, "", seconds{20});
  come_back();
  EXPECT_EQ(agenda_.next_in(), seconds{17});
}

}  // namespace
}  // namespace postern::kube
