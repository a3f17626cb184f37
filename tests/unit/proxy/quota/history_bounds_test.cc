// Memory, and threads.
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "proxy/quota/history.h"
#include "tests/unit/proxy/quota/history_fixture.h"

namespace postern::quota::test {
namespace {

// Pages of this process that are in memory.
std::size_t resident_pages() {
  std::size_t all = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident;
}

IpAddress random_source(std::mt19937_64& random) {
  const std::array<std::uint64_t, 2> words{random(), random()};
  const auto octets = std::bit_cast<std::array<std::uint8_t, 16>>(words);
  return octets[15] % 2 == 0 ? IpAddress::v6(octets)
                             : IpAddress::v4({octets[0], octets[1], octets[2], octets[3]});
}

// With names each failure is counted under five keys; without, which is cheaper, under two.
TEST_F(HistoryTest, a_million_random_sources_and_names_leave_memory_as_it_is) {
  std::mt19937_64 random(7);
  const auto with_names = [&](int count) {
    for (int i = 0; i < count; ++i) {
      const std::uint64_t name = random();
      fail(random_source(random),
           std::string_view(reinterpret_cast<const char*>(&name), sizeof(name)), "",
           Guess::UnknownUser);
    }
  };
  with_names(10'000);  // every set was used
  EXPECT_EQ(history_.entries(), history_.capacity());
  const std::size_t before = resident_pages();
  with_names(90'000);
  for (int i = 0; i < 900'000; ++i) fail(random_source(random), "");
  EXPECT_EQ(history_.entries(), history_.capacity());
  EXPECT_LE(resident_pages(), before + 64);
}

TEST_F(HistoryTest, a_flood_of_random_sources_does_not_free_who_is_blocked) {
  const IpAddress guesser = ip("192.0.2.1");
  for (int i = 0; i < 40; ++i) fail(guesser, "alice");
  std::mt19937_64 random(7);
  for (int i = 0; i < 50'000; ++i) fail(random_source(random), "somebody");
  EXPECT_NE(ask(guesser, "bob").block, Block::None);
}

TEST_F(HistoryTest, a_flood_of_random_sources_does_not_make_a_user_a_stranger_at_home) {
  log_in(ip("192.0.2.1"), "alice");
  std::mt19937_64 random(7);
  for (int i = 0; i < 50'000; ++i) fail(random_source(random), "alice");
  expect_free(ip("192.0.2.1"), "alice");
}

TEST_F(HistoryTest, workers_share_one_without_losing_a_failure) {
  protection_.per_source = {4000, seconds(60), seconds(60)};
  protection_.per_user = {};
  constexpr int kWorkers = 4;
  std::vector<std::thread> workers;
  for (int worker = 0; worker < kWorkers; ++worker) {
    workers.emplace_back([this, worker] {
      const std::string user = "user" + std::to_string(worker);
      for (int i = 0; i < 999; ++i) {
        fail(ip("192.0.2.1"), user);
        (void)ask(ip("192.0.2.1"), user);
        log_in(ip("192.0.2.2"), user);
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(ask(ip("192.0.2.1"), "alice").block, Block::None);
  for (int i = 0; i < 4; ++i) fail(ip("192.0.2.1"), "user0");
  EXPECT_EQ(ask(ip("192.0.2.1"), "alice").block, Block::Source);
}

}  // namespace
}  // namespace postern::quota::test
