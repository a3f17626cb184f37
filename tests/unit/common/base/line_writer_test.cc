#include "common/base/line_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

namespace postern {
namespace {

using Urgency = LineWriter::Urgency;

// Longer than any test: what is written meanwhile was not waited for.
constexpr std::chrono::milliseconds kNever = std::chrono::hours(1);

class LineWriterTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::pipe2(ends_, O_CLOEXEC), 0); }
  void TearDown() override {
    for (const int end : ends_) ::close(end);
  }
  // Waits until there are so many lines.
  std::string read_lines(std::size_t count) {
    std::string out;
    char octet = 0;
    while (count > 0 && ::read(ends_[0], &octet, 1) == 1) {
      out.push_back(octet);
      count -= octet == '\n' ? 1 : 0;
    }
    return out;
  }
  [[nodiscard]] int descriptor() const { return ends_[1]; }

  int ends_[2] = {-1, -1};
};

TEST_F(LineWriterTest, gathers_lines_and_writes_them_in_order_with_one_that_is_urgent) {
  LineWriter writer(descriptor(), 100, kNever);
  writer.put("one", Urgency::CanWait);
  writer.put("two", Urgency::CanWait);
  writer.put("three", Urgency::AtOnce);
  EXPECT_EQ(read_lines(3), "one\ntwo\nthree\n");
}

TEST_F(LineWriterTest, writes_a_lone_line_without_being_asked) {
  LineWriter writer(descriptor(), 100);
  writer.put("alone", Urgency::CanWait);
  EXPECT_EQ(read_lines(1), "alone\n");
}

TEST_F(LineWriterTest, does_not_wait_when_half_the_queue_is_full) {
  LineWriter writer(descriptor(), 4, kNever);
  writer.put("one", Urgency::CanWait);
  writer.put("two", Urgency::CanWait);
  EXPECT_EQ(read_lines(2), "one\ntwo\n");
}

TEST_F(LineWriterTest, writes_what_waits_when_it_ends) {
  {
    LineWriter writer(descriptor(), 100, kNever);
    writer.put("last", Urgency::CanWait);
  }
  EXPECT_EQ(read_lines(1), "last\n");
}

// A line that is larger than the pipe holds the writer up until somebody reads.
TEST_F(LineWriterTest, drops_and_counts_what_finds_no_room_and_loses_nothing_else) {
  LineWriter writer(descriptor(), 4, kNever);
  writer.put(std::string(1 << 20, 'x'), Urgency::AtOnce);
  char first = 0;
  ASSERT_EQ(::read(ends_[0], &first, 1), 1);
  for (int i = 0; i < 5; ++i) writer.put(std::to_string(i), Urgency::AtOnce);
  EXPECT_EQ(writer.dropped(), 1U);
  const std::string heard = read_lines(1 + 4);
  EXPECT_EQ(heard.size(), (std::size_t{1} << 20U) + 8);
  EXPECT_NE(heard.find("x\n0\n1\n2\n3\n"), std::string::npos);
}

TEST_F(LineWriterTest, bounds_what_waits_in_octets) {
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(nowhere, 0);
  {
    LineWriter writer(nowhere, 1000, kNever);
    writer.put(std::string(LineWriter::kMostOctets / 2, 'x'), Urgency::CanWait);
    writer.put(std::string(LineWriter::kMostOctets / 2, 'x'), Urgency::CanWait);
    EXPECT_EQ(writer.dropped(), 1U);
  }
  ::close(nowhere);
}

TEST_F(LineWriterTest, counts_lines_that_nobody_will_read_as_dropped) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  {
    LineWriter writer(full, 100);
    writer.put("lost", Urgency::AtOnce);
    while (writer.dropped() == 0) std::this_thread::yield();
    EXPECT_EQ(writer.dropped(), 1U);
  }
  ::close(full);
}

TEST_F(LineWriterTest, keeps_the_lines_of_each_thread_whole_and_in_order) {
  constexpr int kLines = 500;
  LineWriter writer(descriptor(), 10'000);
  std::vector<std::thread> threads;
  for (const char who : {'a', 'b'}) {
    threads.emplace_back([&writer, who] {
      for (int i = 0; i < kLines; ++i) {
        writer.put(who + std::to_string(i), Urgency::CanWait);
      }
    });
  }
  std::string heard = read_lines(2 * kLines);
  for (std::thread& thread : threads) thread.join();
  int next[2] = {0, 0};
  while (!heard.empty()) {
    const std::string line = heard.substr(0, heard.find('\n'));
    heard.erase(0, line.size() + 1);
    int& expected = next[line[0] == 'a' ? 0 : 1];
    EXPECT_EQ(line.substr(1), std::to_string(expected++));
  }
  EXPECT_EQ(next[0], kLines);
  EXPECT_EQ(next[1], kLines);
}

}  // namespace
}  // namespace postern
