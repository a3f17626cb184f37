#include "controller/decode/duration.h"

#include <gtest/gtest.h>

namespace postern::decode {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Duration, sums_its_parts) {
  EXPECT_EQ(parse_duration("500ms"), Duration(500));
  EXPECT_EQ(parse_duration("30s"), seconds(30));
  EXPECT_EQ(parse_duration("1m30s"), minutes(1) + seconds(30));
  EXPECT_EQ(parse_duration("24h"), hours(24));
  EXPECT_EQ(parse_duration("1h1m1s1ms"), hours(1) + minutes(1) + seconds(1) + Duration(1));
  EXPECT_EQ(parse_duration("0s"), Duration(0));
  EXPECT_EQ(parse_duration("99999h99999h99999h99999h"), hours(4 * 99999));
}

TEST(Duration, refuses_other_forms) {
  for (const char* text : {"", "30", "s", "-1s", "1.5s", "1d", "1 s", "100000s", "1s1s1s1s1s",
                           "1m ", "1S", "ms", "1us", "1m30"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

}  // namespace
}  // namespace postern::decode
