#include "common/base/bytes.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace postern {
namespace {

TEST(Buffer, gives_back_what_was_appended_in_order) {
  Buffer buffer(100);
  EXPECT_TRUE(buffer.append("abc"));
  EXPECT_TRUE(buffer.append("def"));
  EXPECT_EQ(buffer.view(), "abcdef");
  buffer.consume(4);
  EXPECT_EQ(buffer.view(), "ef");
  EXPECT_EQ(buffer.room(), 98U);
}

TEST(Buffer, appends_nothing_when_the_limit_would_be_passed) {
  Buffer buffer(4);
  EXPECT_TRUE(buffer.append("abc"));
  EXPECT_FALSE(buffer.append("de"));
  EXPECT_EQ(buffer.view(), "abc");
  EXPECT_TRUE(buffer.append("d"));
  EXPECT_EQ(buffer.room(), 0U);
}

TEST(Buffer, has_room_again_after_consuming) {
  Buffer buffer(8);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(buffer.append("12345"));
    ASSERT_EQ(buffer.view(), "12345");
    buffer.consume(5);
  }
  EXPECT_TRUE(buffer.empty());
}

TEST(Buffer, prepares_no_more_than_its_limit) {
  Buffer buffer(10);
  ASSERT_TRUE(buffer.append("1234567"));
  const auto span = buffer.prepare(100);
  EXPECT_EQ(span.size(), 3U);
  span[0] = 'x';
  buffer.commit(1);
  EXPECT_EQ(buffer.view(), "1234567x");
}

TEST(Buffer, keeps_octets_while_it_grows) {
  Buffer buffer(1 << 20);
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    const std::string part = std::to_string(i);
    ASSERT_TRUE(buffer.append(part));
    expected += part;
    if (i % 7 == 0) {
      buffer.consume(1);
      expected.erase(0, 1);
    }
  }
  EXPECT_EQ(buffer.view(), expected);
}

TEST(Buffer, wipes_what_is_consumed) {
  Buffer buffer(100);
  ASSERT_TRUE(buffer.append("secret!"));
  const char* const memory = buffer.view().data();
  buffer.consume(6);
  EXPECT_EQ(std::string(memory, 7), std::string("\0\0\0\0\0\0!", 7));
}

TEST(Buffer, moves_its_octets_and_leaves_none_behind) {
  Buffer first(10);
  ASSERT_TRUE(first.append("abc"));
  Buffer second(std::move(first));
  EXPECT_EQ(second.view(), "abc");
  Buffer third(5);
  ASSERT_TRUE(third.append("x"));
  third = std::move(second);
  EXPECT_EQ(third.view(), "abc");
  EXPECT_EQ(third.limit(), 10U);
}

TEST(BufferDeath, ends_the_process_when_more_is_consumed_than_there_is) {
  Buffer buffer(10);
  EXPECT_DEATH(buffer.consume(1), "this must not happen: no more octets are consumed");
}

}  // namespace
}  // namespace postern
