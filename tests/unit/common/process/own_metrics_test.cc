#include "common/process/own_metrics.h"

#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/shown_metrics.h"

namespace postern::process {
namespace {

using postern::test::shown;

class OwnMetrics : public testing::Test {
 protected:
  OwnMetrics() { count_process(metrics_); }
  Metrics metrics_;
};

TEST_F(OwnMetrics, tell_the_memory_of_this_process) {
  EXPECT_GT(shown(metrics_, "process_resident_memory_bytes"), 1'000'000);
  EXPECT_GE(shown(metrics_, "process_virtual_memory_bytes"),
            shown(metrics_, "process_resident_memory_bytes"));
}

TEST_F(OwnMetrics, count_descriptors_and_tell_how_many_there_may_be) {
  const double before = shown(metrics_, "process_open_fds");
  std::vector<int> held;
  for (int i = 0; i < 5; ++i) held.push_back(::dup(STDERR_FILENO));
  EXPECT_EQ(shown(metrics_, "process_open_fds"), before + 5);
  for (const int one : held) ::close(one);
  EXPECT_EQ(shown(metrics_, "process_open_fds"), before);
  EXPECT_GT(shown(metrics_, "process_max_fds"), before);
}

TEST_F(OwnMetrics, count_the_time_that_was_worked) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  const double before = shown(metrics_, "process_cpu_seconds_total");
  double after = before;
  while (after <= before && std::chrono::steady_clock::now() < until) {
    after = shown(metrics_, "process_cpu_seconds_total");
  }
  EXPECT_GT(after, before);
  EXPECT_NE(metrics_.text().find("# TYPE process_cpu_seconds_total counter"), std::string::npos);
}

TEST_F(OwnMetrics, tell_when_the_process_started_and_always_the_same) {
  const auto now = static_cast<double>(std::chrono::duration_cast<std::chrono::seconds>(
                                           std::chrono::system_clock::now().time_since_epoch())
                                           .count());
  const double started = shown(metrics_, "process_start_time_seconds");
  EXPECT_LE(started, now + 2);
  EXPECT_GT(started, now - 7200);
  EXPECT_EQ(shown(metrics_, "process_start_time_seconds"), started);
}

TEST(OwnStat, is_read_behind_any_name_of_a_program) {
  const std::string numbers = " S 1 2 3 4 5 6 7 8 9 10 150 50 13 14 15 16 17 18 700 4096 3 20\n";
  for (const char* name : {"(postern)", "(a ) b)", "()"}) {
    const auto stat = read_stat("77 " + std::string(name) + numbers);
    ASSERT_TRUE(stat) << name;
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    EXPECT_EQ(stat->cpu_seconds, 200 / ticks);
    EXPECT_EQ(stat->started_seconds, 700 / ticks);
    EXPECT_EQ(stat->virtual_bytes, 4096);
    EXPECT_EQ(stat->resident_bytes, 3 * static_cast<double>(::sysconf(_SC_PAGESIZE)));
  }
}

TEST(OwnStat, that_is_cut_short_says_nothing) {
  EXPECT_FALSE(read_stat(""));
  EXPECT_FALSE(read_stat("77 (postern) S 1 2 3"));
  EXPECT_FALSE(read_stat("77 postern S 1 2 3"));
}

}  // namespace
}  // namespace postern::process
