#include "proxy/app/cpus.h"

#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace postern::proxy_app {
namespace {

namespace fs = std::filesystem;

// A /sys/fs/cgroup of the test's own.
class CgroupTest : public testing::Test {
 protected:
  void SetUp() override {
    mount_ =
        fs::path(testing::TempDir()) /
        ("cgroup-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(mount_);
  }
  void TearDown() override { fs::remove_all(mount_); }
  void put(const std::string& file, const std::string& text) const {
    fs::create_directories((mount_ / file).parent_path());
    std::ofstream(mount_ / file) << text << '\n';
  }

  fs::path mount_;
};

TEST_F(CgroupTest, v2_quota_is_quota_by_period) {
  put("pod/cpu.max", "150000 100000");
  EXPECT_EQ(cgroup_quota("0::/pod\n", mount_), 1.5);
}

TEST_F(CgroupTest, v2_max_is_no_limit) {
  put("pod/cpu.max", "max 100000");
  EXPECT_EQ(cgroup_quota("0::/pod\n", mount_), std::nullopt);
}

TEST_F(CgroupTest, the_smallest_quota_on_the_way_up_counts) {
  put("slice/cpu.max", "200000 100000");
  put("slice/pod/cpu.max", "800000 100000");
  EXPECT_EQ(cgroup_quota("0::/slice/pod\n", mount_), 2.0);
}

TEST_F(CgroupTest, inside_a_container_the_group_is_the_root) {
  put("cpu.max", "300000 100000");
  EXPECT_EQ(cgroup_quota("0::/\n", mount_), 3.0);
}

TEST_F(CgroupTest, v1_quota_is_read_where_the_cpu_controller_is) {
  put("cpu/pod/cpu.cfs_quota_us", "250000");
  put("cpu/pod/cpu.cfs_period_us", "100000");
  EXPECT_EQ(cgroup_quota("3:memory:/pod\n4:cpu,cpuacct:/pod\n", mount_), 2.5);
}

TEST_F(CgroupTest, v1_minus_one_is_no_limit) {
  put("cpu/pod/cpu.cfs_quota_us", "-1");
  put("cpu/pod/cpu.cfs_period_us", "100000");
  EXPECT_EQ(cgroup_quota("4:cpu:/pod\n", mount_), std::nullopt);
}

TEST_F(CgroupTest, garbled_files_are_no_limit) {
  put("pod/cpu.max", "lots of");
  EXPECT_EQ(cgroup_quota("0::/pod\nnonsense\n\n7:\n", mount_), std::nullopt);
}

TEST(Cpus, a_part_of_a_cpu_gives_no_worker_of_its_own) {
  EXPECT_EQ(capped(8, 2.9), 2U);
  EXPECT_EQ(capped(8, 0.5), 1U);
  EXPECT_EQ(capped(2, 16.0), 2U);
  EXPECT_EQ(capped(4, std::nullopt), 4U);
}

TEST(Cpus, there_is_always_one) { EXPECT_GE(usable_cpus(), 1U); }

}  // namespace
}  // namespace postern::proxy_app
