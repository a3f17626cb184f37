#include "proxy/dialogue/goodbye.h"

#include <gtest/gtest.h>

namespace postern::dialogue {
namespace {

constexpr Protocol kAll[] = {Protocol::Imap,        Protocol::Pop3, Protocol::Submission,
                             Protocol::ManageSieve, Protocol::Mx,   Protocol::Lmtp};

TEST(Goodbye, is_one_whole_line_or_nothing) {
  for (const Protocol protocol : kAll) {
    const std::string_view words = goodbye(protocol);
    if (words.empty()) continue;
    EXPECT_EQ(words.find('\r'), words.size() - 2) << words;
    EXPECT_TRUE(words.ends_with("\r\n")) << words;
  }
}

TEST(Goodbye, tells_that_it_is_for_now) {
  EXPECT_TRUE(goodbye(Protocol::Imap).starts_with("* BYE [UNAVAILABLE] "));
  EXPECT_TRUE(goodbye(Protocol::ManageSieve).starts_with("BYE (TRYLATER) "));
  EXPECT_TRUE(goodbye(Protocol::Submission).starts_with("421 4.3.2 "));
  EXPECT_TRUE(goodbye(Protocol::Pop3).empty());
}

}  // namespace
}  // namespace postern::dialogue
