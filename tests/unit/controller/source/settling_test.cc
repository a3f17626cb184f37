#include "controller/source/settling.h"

#include <gtest/gtest.h>

namespace postern::source {
namespace {

Moment moment(int ms) { return {Instant{} + Duration(ms), WallTime{} + Duration(ms)}; }

// A file of this content (its size stands for it), last changed moment `ms` by the file system's
// clock.
Look look(std::int64_t size, int ms) {
  return {Stamp{1, 1, size, 0, 0}, WallTime{} + Duration(ms)};
}
Look missing(int ms) { return {std::nullopt, WallTime{} + Duration(ms)}; }

constexpr Duration kQuiet{100};
constexpr Duration kLongest{1000};

// One round with one question.
bool ask(Settling& settling, int now, const Look& look) {
  settling.begin(moment(now));
  const bool settled = settling.settled("a.yaml", look);
  (void)settling.end();
  return settled;
}

TEST(Settling, believes_what_was_changed_long_ago) {
  Settling settling(kQuiet, kLongest);
  EXPECT_TRUE(ask(settling, 5000, look(1, 4900)));
  EXPECT_FALSE(ask(settling, 5000, look(1, 4901)));
}

TEST(Settling, says_when_to_look_again) {
  Settling settling(kQuiet, kLongest);
  settling.begin(moment(5000));
  EXPECT_FALSE(settling.settled("a.yaml", look(1, 4940)));
  EXPECT_FALSE(settling.settled("b.yaml", look(1, 4990)));
  EXPECT_EQ(settling.end(), Duration(40));
  settling.begin(moment(5040));
  EXPECT_TRUE(settling.settled("a.yaml", look(1, 4940)));
  EXPECT_FALSE(settling.settled("b.yaml", look(1, 4990)));
  EXPECT_EQ(settling.end(), Duration(50));
  settling.begin(moment(5200));
  EXPECT_EQ(settling.end(), std::nullopt) << "nobody asked";
}

TEST(Settling, missing_file_is_believed_when_its_folder_is_quiet) {
  Settling settling(kQuiet, kLongest);
  EXPECT_FALSE(ask(settling, 5000, missing(4950)));
  EXPECT_TRUE(ask(settling, 5050, missing(4950)));
}

TEST(Settling, folder_that_never_rests_does_not_keep_a_removed_file) {
  Settling settling(kQuiet, kLongest);
  EXPECT_FALSE(ask(settling, 5000, missing(4999)));
  EXPECT_FALSE(ask(settling, 5060, missing(5059)));
  EXPECT_TRUE(ask(settling, 5100, missing(5099)));
}

TEST(Settling, file_that_is_written_without_end_is_read_after_the_longest_time) {
  Settling settling(kQuiet, kLongest);
  for (int now = 5000; now < 6000; now += 50) {
    EXPECT_FALSE(ask(settling, now, look(now, now - 1))) << now;
  }
  EXPECT_TRUE(ask(settling, 6000, look(6000, 5999)));
}

TEST(Settling, clock_of_a_file_server_may_be_ahead) {
  Settling settling(kQuiet, kLongest);
  EXPECT_FALSE(ask(settling, 5000, look(1, 90'000)));
  EXPECT_FALSE(ask(settling, 5099, look(1, 90'000)));
  EXPECT_TRUE(ask(settling, 5100, look(1, 90'000)));
}

TEST(Settling, forgets_what_became_as_it_was) {
  Settling settling(kQuiet, kLongest);
  EXPECT_FALSE(ask(settling, 5000, look(1, 5000)));
  settling.begin(moment(5900));
  EXPECT_EQ(settling.end(), std::nullopt);
  EXPECT_FALSE(ask(settling, 6010, look(1, 6000))) << "the longest time began anew";
}

TEST(Settling, without_quiet_time_everything_is_believed) {
  Settling settling(Duration(0), kLongest);
  EXPECT_TRUE(ask(settling, 5000, look(1, 5000)));
}

}  // namespace
}  // namespace postern::source
