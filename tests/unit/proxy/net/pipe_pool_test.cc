#include "proxy/net/pipe_pool.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/socket_pair.h"

namespace postern::net {
namespace {

TEST(PipePool, moves_octets_from_one_stream_to_another) {
  PipePool pool;
  auto [a, b] = test::stream_pair();
  auto [c, d] = test::stream_pair();
  const PipeLoan pipe = pool.borrow();
  ASSERT_TRUE(pipe);
  EXPECT_EQ(pipe->fill(b, 100).status, IoStatus::WantRead);
  ASSERT_EQ(a.write("hello world").octets, 11U);
  EXPECT_EQ(pipe->fill(b, 5).octets, 5U);
  EXPECT_EQ(pipe->held(), 5U);
  EXPECT_EQ(pipe->drain(c).octets, 5U);
  EXPECT_EQ(pipe->held(), 0U);
  EXPECT_EQ(test::read_all(d), "hello");
  EXPECT_EQ(test::read_all(b), " world");
  a.close();
  EXPECT_EQ(pipe->fill(b, 5).status, IoStatus::Ended);
}

TEST(PipePool, tells_when_the_sink_is_full_and_when_it_is_gone) {
  PipePool pool;
  auto [a, b] = test::stream_pair();
  auto [c, d] = test::stream_pair(4'096);
  const PipeLoan pipe = pool.borrow();
  ASSERT_TRUE(pipe);
  std::size_t put = 0;
  Io io{};
  while (io.status == IoStatus::Done) {
    if (pipe->held() == 0) {
      ASSERT_GT(test::write_some(a, std::string(50'000, 'x')), 0U);
      ASSERT_EQ(pipe->fill(b, 50'000).status, IoStatus::Done);
    }
    io = pipe->drain(c);
    put += io.octets;
  }
  EXPECT_EQ(io.status, IoStatus::WantWrite);
  EXPECT_EQ(test::read_all(d).size(), put);
  d.close();
  EXPECT_EQ(pipe->drain(c).status, IoStatus::Broken);
}

TEST(PipePool, keeps_empty_pipes_and_closes_others) {
  PipePool pool;
  auto [a, b] = test::stream_pair();
  {
    const PipeLoan empty = pool.borrow();
    const PipeLoan full = pool.borrow();
    ASSERT_TRUE(empty && full);
    ASSERT_EQ(a.write("x").octets, 1U);
    ASSERT_EQ(full->fill(b, 1).octets, 1U);
    EXPECT_EQ(pool.lent(), 2U);
  }
  EXPECT_EQ(pool.lent(), 0U);
  EXPECT_EQ(pool.idle(), 1U);
}

TEST(PipePool, takes_what_the_kernel_gives) {
  // More than any pipe may have is refused; what a pipe has anyway is enough.
  PipePool greedy(std::size_t{1} << 31);
  const PipeLoan pipe = greedy.borrow();
  ASSERT_TRUE(pipe);
  EXPECT_GE(pipe->capacity(), kLeastPipeOctets);
  // Below that a pipe is not worth it, and whoever asks copies.
  PipePool modest(4'096);
  EXPECT_FALSE(modest.borrow());
}

}  // namespace
}  // namespace postern::net
