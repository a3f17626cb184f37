#include "proxy/upstream/members.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace postern::upstream {
namespace {

constexpr auto kMailbox = "mail/example/mailbox";

TEST(MemberTable, all_workers_count_at_the_same_member) {
  MemberTable table;
  Members one(table, 0);
  Members other(table, 1);
  auto place = MemberPlace::take(one.of(kMailbox, "a"), 0);
  ASSERT_TRUE(place);
  const config::HealthCheck check;
  const Health health;
  EXPECT_EQ(View(health, other, {kMailbox, check, Instant{}}).sessions("a"), 1U);
  EXPECT_EQ(View(health, other, {kMailbox, check, Instant{}}).sessions("b"), 0U);
  place.reset();
  EXPECT_EQ(View(health, other, {kMailbox, check, Instant{}}).sessions("a"), 0U);
}

TEST(MemberTable, bound_holds_to_the_last_place) {
  MemberTable table;
  const auto member = table.find(kMailbox, "a");
  std::vector<MemberPlace> held;
  for (int i = 0; i < 3; ++i) held.push_back(*MemberPlace::take(member, 3));
  EXPECT_FALSE(MemberPlace::take(member, 3));
  held.pop_back();
  EXPECT_TRUE(MemberPlace::take(member, 3));
  EXPECT_EQ(member->sessions.load(), 2U);
}

TEST(MemberTable, places_that_move_are_given_back_once) {
  MemberTable table;
  const auto member = table.find(kMailbox, "a");
  {
    MemberPlace first = *MemberPlace::take(member, 0);
    MemberPlace second = std::move(first);
    EXPECT_TRUE(second.held());
    second = MemberPlace();
    EXPECT_EQ(member->sessions.load(), 0U);
    second = *MemberPlace::take(member, 0);
    second.release();
    second.release();
  }
  EXPECT_EQ(member->sessions.load(), 0U);
}

TEST(MemberTable, member_that_comes_back_has_its_sessions_still) {
  MemberTable table;
  Members worker(table, 0);
  const auto place = MemberPlace::take(worker.of(kMailbox, "a"), 0);
  worker.keep_only(kMailbox, nullptr);
  EXPECT_EQ(worker.known(), 0U);
  EXPECT_EQ(worker.of(kMailbox, "a")->sessions.load(), 1U);
}

TEST(MemberTable, members_that_nobody_knows_are_forgotten) {
  MemberTable table;
  for (int i = 0; i < 1000; ++i) (void)table.find(kMailbox, std::to_string(i));
  EXPECT_EQ(table.size(), 0U);
}

TEST(MemberTable, threads_never_let_more_in_than_the_bound) {
  MemberTable table;
  const auto member = table.find(kMailbox, "a");
  std::atomic<int> most{0};
  const auto work = [&] {
    for (int i = 0; i < 20'000; ++i) {
      const auto place = MemberPlace::take(member, 2);
      const int now = static_cast<int>(member->sessions.load());
      int seen = most.load();
      while (seen < now && !most.compare_exchange_weak(seen, now)) {
      }
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most.load(), 2);
  EXPECT_EQ(member->sessions.load(), 0U);
}

TEST(Members, turns_begin_elsewhere_on_each_worker) {
  MemberTable table;
  Members worker(table, 3);
  EXPECT_EQ(worker.next_turn(kMailbox), 3U);
  EXPECT_EQ(worker.next_turn(kMailbox), 4U);
  EXPECT_EQ(worker.next_turn("mail/other/mailbox"), 3U);
}

TEST(Members, those_that_are_gone_are_forgotten) {
  MemberTable table;
  Members worker(table, 0);
  (void)worker.of(kMailbox, "a");
  (void)worker.of(kMailbox, "b");
  config::EndpointSet now;
  now.endpoints.resize(1);
  now.endpoints[0].id = "b";
  worker.keep_only(kMailbox, &now);
  EXPECT_EQ(worker.known(), 1U);
}

class Views : public testing::Test {
 protected:
  [[nodiscard]] bool usable() {
    return View(health_, members_, {kMailbox, check_, Instant{} + std::chrono::hours(1)})
        .usable("a");
  }
  void fail_often() {
    for (int i = 0; i < 5; ++i) {
      health_.failed(kMailbox, "a", Instant{} + std::chrono::hours(1));
    }
  }
  MemberTable table_;
  Members members_{table_, 0};
  Health health_;
  config::HealthCheck check_;
};

TEST_F(Views, checks_put_a_member_out_where_it_is_checked) {
  members_.of(kMailbox, "a")->out = true;
  EXPECT_TRUE(usable()) << "nobody asks any more: what was found is old";
  for (const auto mode : {config::HealthMode::Connect, config::HealthMode::Greeting}) {
    check_.mode = mode;
    EXPECT_FALSE(usable());
  }
}

TEST_F(Views, sessions_that_fail_put_a_member_out_beside_the_checks) {
  fail_often();
  EXPECT_FALSE(usable());
  check_.mode = config::HealthMode::Greeting;
  EXPECT_FALSE(usable());
}

TEST_F(Views, without_checks_every_member_counts_as_usable) {
  check_.mode = config::HealthMode::Disabled;
  members_.of(kMailbox, "a")->out = true;
  fail_often();
  EXPECT_TRUE(usable());
}

}  // namespace
}  // namespace postern::upstream
