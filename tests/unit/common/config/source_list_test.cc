#include "common/config/source_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace postern::config {
namespace {

const std::vector<SourceRef> kThree{{"MailServer", "mail", "example", "0b1c", 7},
                                    {"Secret", "mail", std::string(200, 'n'), "", 0},
                                    {"", "", "", "", std::numeric_limits<std::int64_t>::min()}};

TEST(SourceList, gives_back_what_was_put_in) {
  const SourceList sources(kThree);
  ASSERT_EQ(sources.size(), kThree.size());
  EXPECT_TRUE(std::equal(sources.begin(), sources.end(), kThree.begin(), kThree.end()));
  EXPECT_EQ(sources[1], kThree[1]);
  EXPECT_EQ(sources.front(), kThree[0]);
}

TEST(SourceList, grows_to_what_it_would_have_been_at_once) {
  SourceList grown;
  EXPECT_TRUE(grown.empty());
  EXPECT_EQ(grown.begin(), grown.end());
  for (const SourceRef& source : kThree) grown.push_back(source);
  EXPECT_EQ(grown, SourceList(kThree));
  grown.clear();
  EXPECT_EQ(grown, SourceList());
}

TEST(SourceList, tells_apart_what_differs_in_one_field) {
  for (int field = 0; field < 3; ++field) {
    std::vector<SourceRef> other = kThree;
    if (field == 0) other[0].uid = "0b1d";
    if (field == 1) other[0].generation = 8;
    if (field == 2) other.pop_back();
    EXPECT_FALSE(SourceList(other) == SourceList(kThree)) << field;
  }
}

}  // namespace
}  // namespace postern::config
