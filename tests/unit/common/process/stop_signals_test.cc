#include "common/process/stop_signals.h"

#include <csignal>
#include <future>

#include <unistd.h>

#include <gtest/gtest.h>

namespace postern::process {
namespace {

class StopSignalsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { keep_stop_signals(); }
};

TEST_F(StopSignalsTest, the_first_signal_asks_for_the_end) {
  for (const int signal : {SIGTERM, SIGINT}) {
    std::promise<void> asked;
    const StopSignals signals([&] { asked.set_value(); });
    ASSERT_EQ(std::raise(SIGHUP), 0);  // changes nothing
    ASSERT_EQ(::kill(::getpid(), signal), 0);
    asked.get_future().wait();
  }
}

TEST_F(StopSignalsTest, ends_without_any_signal) {
  const StopSignals signals([] { ADD_FAILURE() << "nobody asked"; });
}

TEST_F(StopSignalsTest, the_second_signal_ends_the_process_at_once) {
  const auto two_signals = [] {
    keep_stop_signals();
    std::promise<void> asked;
    const StopSignals signals([&] { asked.set_value(); });
    (void)::kill(::getpid(), SIGTERM);
    asked.get_future().wait();
    (void)::kill(::getpid(), SIGTERM);
    std::promise<void>().get_future().wait();  // a drain that does not end
  };
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(two_signals(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace postern::process
