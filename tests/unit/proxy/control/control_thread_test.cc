#include "proxy/control/control_thread.h"

#include <future>
#include <vector>

#include <gtest/gtest.h>

namespace postern::control {
namespace {

TEST(ControlThread, runs_tasks_in_their_order_on_one_thread) {
  ControlThread thread;
  std::vector<int> seen;
  std::promise<void> done;
  for (int i = 0; i < 100; ++i) {
    thread.post([&, i] {
      EXPECT_TRUE(thread.is_current());
      seen.push_back(i);
    });
  }
  thread.post([&] { done.set_value(); });
  done.get_future().wait();
  ASSERT_EQ(seen.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
  EXPECT_FALSE(thread.is_current());
}

TEST(ControlThread, runs_delayed_tasks_by_their_time) {
  ControlThread thread;
  std::vector<int> seen;
  std::promise<void> done;
  thread.post([&] {
    thread.post_after(Duration(20), [&] {
      seen.push_back(2);
      done.set_value();
    });
    thread.post_after(Duration(1), [&] { seen.push_back(1); });
  });
  done.get_future().wait();
  EXPECT_EQ(seen, (std::vector<int>{1, 2}));
}

TEST(ControlThread, drops_what_is_left_when_it_stops) {
  ControlThread thread;
  const auto held = std::make_shared<int>(1);
  thread.post_after(std::chrono::hours(1), [held] { FAIL(); });
  thread.stop();
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_FALSE(thread.post([] { FAIL(); }));
}

}  // namespace
}  // namespace postern::control
