#include "common/process/memory.h"

#include <fstream>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace postern::process {
namespace {

namespace fs = std::filesystem;

// A /sys/fs/cgroup of the test's own.
class MemoryTest : public testing::Test {
 protected:
  void SetUp() override {
    mount_ =
        fs::path(testing::TempDir()) /
        ("memory-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(mount_);
  }
  void TearDown() override { fs::remove_all(mount_); }
  void put(const std::string& file, const std::string& text) const {
    fs::create_directories((mount_ / file).parent_path());
    std::ofstream(mount_ / file) << text << '\n';
  }

  // The limit; nothing: there is none.
  [[nodiscard]] std::optional<std::uint64_t> limit(std::string_view membership) const {
    const auto group = memory_group(membership, mount_);
    return group ? std::optional(group->limit) : std::nullopt;
  }

  fs::path mount_;
};

TEST_F(MemoryTest, v2_limit_is_that_of_the_group) {
  put("pod/memory.max", "268435456");
  EXPECT_EQ(limit("0::/pod\n"), 268435456U);
}

TEST_F(MemoryTest, v2_max_is_no_limit) {
  put("pod/memory.max", "max");
  EXPECT_EQ(limit("0::/pod\n"), std::nullopt);
}

TEST_F(MemoryTest, a_group_is_held_to_what_it_lies_in) {
  put("pods/memory.max", "1000000");
  put("pods/one/memory.max", "max");
  put("pods/one/main/memory.max", "2000000");
  EXPECT_EQ(limit("0::/pods/one/main\n"), 1000000U);
}

TEST_F(MemoryTest, v1_limit_is_read_and_its_word_for_none_is_none) {
  put("memory/pod/memory.limit_in_bytes", "9223372036854771712");
  EXPECT_EQ(limit("9:memory:/pod\n"), std::nullopt);
  put("memory/pod/memory.limit_in_bytes", "536870912");
  EXPECT_EQ(limit("9:memory:/pod\n4:cpu,cpuacct:/pod\n"), 536870912U);
}

TEST_F(MemoryTest, what_is_not_there_limits_nothing) {
  EXPECT_EQ(limit("0::/pod\n"), std::nullopt);
  EXPECT_EQ(limit(""), std::nullopt);
  EXPECT_EQ(limit("nonsense\n0:\n:::\n"), std::nullopt);
  put("pod/memory.max", "many");
  EXPECT_EQ(limit("0::/pod\n"), std::nullopt);
}

TEST_F(MemoryTest, what_a_group_holds_is_without_files_that_nobody_uses) {
  put("pod/memory.max", "1000000");
  put("pod/memory.current", "700000");
  put("pod/memory.stat", "anon 400000\nfile 300000\nkernel 5\ninactive_file 200000");
  const auto group = memory_group("0::/pod\n", mount_);
  ASSERT_TRUE(group);
  EXPECT_EQ(held_by(*group), 500000U);
}

TEST_F(MemoryTest, what_a_group_of_v1_holds_is_read_too) {
  put("memory/pod/memory.limit_in_bytes", "1000000");
  put("memory/pod/memory.usage_in_bytes", "700000");
  put("memory/pod/memory.stat", "inactive_file 1\ntotal_inactive_file 100000");
  const auto group = memory_group("9:memory:/pod\n", mount_);
  ASSERT_TRUE(group);
  EXPECT_EQ(held_by(*group), 600000U);
}

TEST(Memory, of_this_process_is_less_than_it_may_have) {
  EXPECT_GT(resident_memory(), 1U << 20U);
  const Memory memory;
  EXPECT_GT(memory.held(), 0U);
  EXPECT_LT(memory.held(), memory.limit());
}

TEST(Memory, that_is_written_is_held_by_the_process_alone) {
  const Memory memory(std::uint64_t{1} << 40U);
  EXPECT_EQ(memory.limit(), std::uint64_t{1} << 40U);
  EXPECT_GT(memory.held(), 1U << 20U);
}

}  // namespace
}  // namespace postern::process
