#include "common/identity/grpc_lines.h"

#include <grpc/support/log.h>
#include <gtest/gtest.h>

#include "tests/support/kept_lines.h"

namespace postern::identity {
namespace {

TEST(GrpcLines, go_to_our_log_at_debug_and_nowhere_else) {
  gpr_log_verbosity_init();  // as gRPC itself does when it is first used
  test::KeptLines log;
  log.set_least(LogLevel::Debug);
  testing::internal::CaptureStderr();
  {
    const GrpcLines lines(log);
    gpr_log(GPR_ERROR, "one %s", "line\x1b[31m");
    log.set_least(LogLevel::Info);
    gpr_log(GPR_ERROR, "too low");
  }
  gpr_log(GPR_ERROR, "after the end");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(log.lines().size(), 1U);
  EXPECT_EQ(log.count("one line"), 1U);
  EXPECT_EQ(log.count("\x1b"), 0U);
}

}  // namespace
}  // namespace postern::identity
