#include "common/process/standing.h"

#include <gtest/gtest.h>

namespace postern::process {
namespace {

TEST(LogLevelPage, tells_and_sets_the_level) {
  const auto log = make_null_log();
  EXPECT_EQ(log_level(*log, ""), "info");
  for (const char* level : {"debug", "warning", "error", "info"}) {
    EXPECT_EQ(log_level(*log, level), level);
    EXPECT_EQ(log_level(*log, ""), level);
  }
  EXPECT_EQ(log_level(*log, "loud"), std::nullopt);
  EXPECT_EQ(log_level(*log, "DEBUG"), std::nullopt);
  EXPECT_TRUE(log->takes(LogLevel::Info));
  EXPECT_FALSE(log->takes(LogLevel::Debug));
}

}  // namespace
}  // namespace postern::process
