#include "proxy/net/loop.h"

#include <unistd.h>

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/socket_pair.h"

namespace postern::net {
namespace {

constexpr Duration kNow{0};
constexpr Duration kLong{10'000};

std::vector<Event> wait_for(Loop& loop, Duration timeout) {
  const auto events = loop.wait(timeout);
  return {events.begin(), events.end()};
}

TEST(Loop, gives_back_the_token_it_was_given) {
  Loop loop;
  auto [a, b] = test::stream_pair();
  ASSERT_TRUE(loop.watch(a.fd(), {0xFFFF'FFFE, 0x1234'5678, Role::Backend}));
  const auto events = wait_for(loop, kLong);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].token.slot, 0xFFFF'FFFEU);
  EXPECT_EQ(events[0].token.generation, 0x34'5678U) << "the low 24 bits travel";
  EXPECT_EQ(events[0].token.role, Role::Backend);
  EXPECT_TRUE(events[0].writable);
  EXPECT_FALSE(events[0].readable);
}

TEST(Loop, tells_of_new_octets_once) {
  Loop loop;
  auto [a, b] = test::stream_pair();
  ASSERT_TRUE(loop.watch(a.fd(), {1, 1, Role::Client}));
  (void)wait_for(loop, kLong);
  ASSERT_EQ(b.write("x").octets, 1U);
  const auto events = wait_for(loop, kLong);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_TRUE(events[0].readable);
  EXPECT_FALSE(events[0].ended);
  EXPECT_TRUE(wait_for(loop, kNow).empty()) << "edge-triggered";
}

TEST(Loop, tells_that_the_peer_ended) {
  Loop loop;
  auto [a, b] = test::stream_pair();
  ASSERT_TRUE(loop.watch(a.fd(), {1, 1, Role::Client}));
  (void)wait_for(loop, kLong);
  b.shutdown_write();
  const auto events = wait_for(loop, kLong);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_TRUE(events[0].readable);
  EXPECT_TRUE(events[0].ended);
}

TEST(Loop, gives_a_watched_descriptor_a_new_token) {
  Loop loop;
  auto [a, b] = test::stream_pair();
  ASSERT_TRUE(loop.watch(a.fd(), {1, 1, Role::Client}));
  ASSERT_TRUE(loop.watch(a.fd(), {2, 9, Role::Backend}));
  const auto events = wait_for(loop, kLong);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].token.slot, 2U);
}

TEST(Loop, watches_listeners_until_they_are_paused) {
  Loop loop;
  auto [a, b] = test::stream_pair();
  ASSERT_EQ(b.write("x").octets, 1U);
  ASSERT_TRUE(loop.watch_listener(a.fd(), {3, 1, Role::Listener}));
  EXPECT_EQ(wait_for(loop, kLong).size(), 1U);
  EXPECT_EQ(wait_for(loop, kLong).size(), 1U) << "level-triggered";
  loop.unwatch(a.fd());
  EXPECT_TRUE(wait_for(loop, kNow).empty());
}

TEST(Loop, wakes_for_work_from_another_thread_and_runs_it_in_order) {
  Loop loop;
  std::vector<int> done;
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(loop.post([&done, i] { done.push_back(i); }));
  });
  while (done.size() < 100) {
    for (const Event& event : loop.wait(kLong)) EXPECT_EQ(event.token.role, Role::Inbox);
    loop.run_posted();
  }
  other.join();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(done[static_cast<std::size_t>(i)], i);
}

TEST(Loop, lets_posted_work_post_for_the_next_turn) {
  Loop loop;
  int done = 0;
  ASSERT_TRUE(loop.post([&] {
    ++done;
    ASSERT_TRUE(loop.post([&] { ++done; }));
  }));
  loop.run_posted();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(wait_for(loop, kLong).size(), 1U) << "the second piece rings again";
  loop.run_posted();
  EXPECT_EQ(done, 2);
}

TEST(Loop, refuses_work_when_its_inbox_is_full) {
  Loop loop;
  int done = 0;
  for (int i = 0; i < 65'536; ++i) ASSERT_TRUE(loop.post([&] { ++done; }));
  EXPECT_FALSE(loop.post([&] { ++done; }));
  loop.run_posted();
  EXPECT_EQ(done, 65'536);
  EXPECT_TRUE(loop.post([] {}));
}

}  // namespace
}  // namespace postern::net
