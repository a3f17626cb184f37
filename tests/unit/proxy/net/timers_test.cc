#include "proxy/net/timers.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace postern::net {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

const Instant kStart{std::chrono::hours{1000}};

std::vector<std::uint64_t> expired_at(Timers& timers, Instant now) {
  std::vector<std::uint64_t> tokens;
  timers.advance(now, [&](std::uint64_t token) { tokens.push_back(token); });
  return tokens;
}

TEST(Timers, fires_never_early_and_at_most_one_tick_late) {
  for (const int due : {1, 49, 50, 51, 99, 100, 3150, 3200, 3201, 204'800, 204'801, 13'107'200}) {
    Timers timers(kStart);
    TimerHook hook(7);
    timers.arm(hook, kStart + milliseconds(due));
    EXPECT_TRUE(expired_at(timers, kStart + milliseconds(due - 1)).empty()) << due;
    EXPECT_EQ(expired_at(timers, kStart + milliseconds(due) + Timers::kTick).size(), 1U) << due;
    EXPECT_FALSE(hook.armed());
  }
}

TEST(Timers, reports_a_token_once) {
  Timers timers(kStart);
  TimerHook hook(7);
  timers.arm(hook, kStart + milliseconds(60));
  EXPECT_EQ(expired_at(timers, kStart + hours(1)), std::vector<std::uint64_t>{7});
  EXPECT_TRUE(expired_at(timers, kStart + hours(2)).empty());
  EXPECT_EQ(timers.armed(), 0U);
}

TEST(Timers, moves_a_hook_that_is_armed_again) {
  Timers timers(kStart);
  TimerHook hook(7);
  timers.arm(hook, kStart + milliseconds(60));
  timers.arm(hook, kStart + hours(1));
  EXPECT_EQ(timers.armed(), 1U);
  EXPECT_TRUE(expired_at(timers, kStart + milliseconds(3'599'000)).empty());
  EXPECT_EQ(expired_at(timers, kStart + milliseconds(3'600'050)).size(), 1U);
}

TEST(Timers, forgets_a_hook_that_ended) {
  Timers timers(kStart);
  {
    TimerHook hook(7);
    timers.arm(hook, kStart + milliseconds(60));
  }
  EXPECT_EQ(timers.armed(), 0U);
  EXPECT_FALSE(timers.next());
  EXPECT_TRUE(expired_at(timers, kStart + hours(1)).empty());
}

TEST(Timers, lets_hooks_outlive_the_wheel) {
  TimerHook hook(7);
  {
    Timers timers(kStart);
    timers.arm(hook, kStart + milliseconds(60));
  }
  EXPECT_FALSE(hook.armed());
}

TEST(Timers, keeps_deadlines_beyond_its_span) {
  Timers timers(kStart);
  TimerHook hook(7);
  const Instant deadline = kStart + hours(24 * 40);
  timers.arm(hook, deadline);
  Instant now = kStart;
  while (now + hours(7) < deadline) {
    now += hours(7);
    ASSERT_TRUE(expired_at(timers, now).empty());
    ASSERT_LE(*timers.next(), deadline + Timers::kTick);
  }
  EXPECT_EQ(expired_at(timers, deadline + Timers::kTick).size(), 1U);
}

TEST(Timers, takes_a_past_deadline_as_due_at_the_next_tick) {
  Timers timers(kStart);
  EXPECT_TRUE(expired_at(timers, kStart + milliseconds(500)).empty());
  TimerHook hook(7);
  timers.arm(hook, kStart);
  EXPECT_EQ(expired_at(timers, kStart + milliseconds(550)).size(), 1U);
}

TEST(Timers, survives_callbacks_that_arm_and_disarm_others) {
  Timers timers(kStart);
  std::deque<TimerHook> hooks;
  for (std::uint64_t i = 0; i < 6; ++i) {
    hooks.emplace_back(i);
    timers.arm(hooks.back(), kStart + milliseconds(100));
  }
  std::vector<std::uint64_t> seen;
  timers.advance(kStart + milliseconds(100), [&](std::uint64_t token) {
    seen.push_back(token);
    if (seen.size() == 1) {
      for (TimerHook& hook : hooks) hook.disarm();
      timers.arm(hooks[0], kStart + milliseconds(200));
    }
  });
  EXPECT_EQ(seen.size(), 1U);
  EXPECT_EQ(timers.armed(), 1U);
  EXPECT_EQ(expired_at(timers, kStart + milliseconds(200)), std::vector<std::uint64_t>{0});
}

TEST(Timers, lets_a_callback_arm_its_own_hook_again) {
  Timers timers(kStart);
  TimerHook hook(7);
  timers.arm(hook, kStart + milliseconds(50));
  int fired = 0;
  timers.advance(kStart + milliseconds(50), [&](std::uint64_t) {
    ++fired;
    timers.arm(hook, kStart + milliseconds(100));
  });
  EXPECT_EQ(fired, 1);
  EXPECT_TRUE(hook.armed());
}

// A list of deadlines that does the same without being clever.
struct Model {
  struct Entry {
    std::unique_ptr<TimerHook> hook;
    Instant deadline;
    bool armed = false;
  };
  std::vector<Entry> entries;

  [[nodiscard]] std::size_t armed() const {
    return static_cast<std::size_t>(
        std::count_if(entries.begin(), entries.end(), [](const Entry& e) { return e.armed; }));
  }
};

class Schedule {
 public:
  explicit Schedule(unsigned seed) : random_(seed) {
    for (std::uint64_t i = 0; i < 40; ++i) {
      model_.entries.push_back({std::make_unique<TimerHook>(i), kStart, false});
    }
  }

  void step() {
    Model::Entry& entry = model_.entries[random_() % model_.entries.size()];
    switch (random_() % 4) {
      case 0:
      case 1:
        entry.deadline = now_ + some_time();
        entry.armed = true;
        timers_.arm(*entry.hook, entry.deadline);
        break;
      case 2:
        entry.armed = false;
        entry.hook->disarm();
        break;
      default: advance();
    }
    ASSERT_EQ(timers_.armed(), model_.armed());
  }

 private:
  // From milliseconds to weeks, evenly by order of magnitude.
  milliseconds some_time() {
    const std::uint64_t bound = std::uint64_t{1} << (random_() % 31);
    return milliseconds(static_cast<std::int64_t>(random_() % bound));
  }

  void advance() {
    if (const auto next = timers_.next()) {
      for (const Model::Entry& entry : model_.entries) {
        if (!entry.armed) continue;
        ASSERT_LE(*next, std::max(entry.deadline, now_) + Timers::kTick);
      }
    }
    now_ += some_time();
    timers_.advance(now_, [&](std::uint64_t token) {
      Model::Entry& entry = model_.entries[token];
      ASSERT_TRUE(entry.armed) << token;
      ASSERT_LE(entry.deadline, now_) << token;
      entry.armed = false;
    });
    for (const Model::Entry& entry : model_.entries) {
      if (!entry.armed) continue;
      ASSERT_GT(entry.deadline + Timers::kTick, now_);
    }
  }

  std::mt19937_64 random_;
  Timers timers_{kStart};
  Instant now_ = kStart;
  Model model_;
};

TEST(Timers, agrees_with_a_plain_list_over_random_schedules) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    Schedule schedule(seed);
    for (int i = 0; i < 3000; ++i) {
      schedule.step();
      if (testing::Test::HasFatalFailure()) FAIL() << "seed " << seed << ", step " << i;
    }
  }
}

}  // namespace
}  // namespace postern::net
