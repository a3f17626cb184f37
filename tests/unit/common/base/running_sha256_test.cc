#include "common/base/running_sha256.h"

#include <gtest/gtest.h>

#include <string>

namespace postern {
namespace {

TEST(RunningSha256, is_that_of_the_whole_wherever_it_is_cut) {
  const std::string whole = "octets that come a piece at a time";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    RunningSha256 running;
    running.add(ByteView(whole).substr(0, cut));
    running.add(ByteView(whole).substr(cut));
    EXPECT_EQ(running.finish(), sha256(whole)) << cut;
  }
}

TEST(RunningSha256, of_nothing_is_that_of_nothing) {
  EXPECT_EQ(RunningSha256().finish(), sha256(""));
}

}  // namespace
}  // namespace postern
