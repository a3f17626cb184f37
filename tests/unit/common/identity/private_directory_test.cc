#include "common/identity/private_directory.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/stream_certificates.h"

namespace postern::identity {
namespace {

namespace fs = std::filesystem;
using test::slurp;

TEST(PrivateDirectory, usual_places_end_with_the_one_that_is_always_there) {
  const auto usual = PrivateDirectory::usual_parents();
  ASSERT_FALSE(usual.empty());
  EXPECT_EQ(usual.back(), "/tmp");
}

TEST(PrivateDirectory, prefers_memory_to_a_disk) {
  const test::TemporaryFolder disk;
  const auto in_memory = PrivateDirectory::make({"/dev/shm"});
  ASSERT_TRUE(in_memory) << in_memory.error();
  EXPECT_TRUE((*in_memory)->in_memory());
  const auto on_disk = PrivateDirectory::make({disk.path()});
  ASSERT_TRUE(on_disk) << on_disk.error();
  const auto chosen = PrivateDirectory::make({disk.path(), "/dev/shm"});
  ASSERT_TRUE(chosen) << chosen.error();
  EXPECT_TRUE((*chosen)->in_memory());
  EXPECT_TRUE((*on_disk)->in_memory() || (*chosen)->path().starts_with("/dev/shm/"));
}

TEST(PrivateDirectory, takes_the_next_place_when_one_is_not_to_be_had) {
  const test::TemporaryFolder disk;
  const auto made = PrivateDirectory::make({disk / "absent", disk.path()});
  ASSERT_TRUE(made) << made.error();
  EXPECT_TRUE((*made)->path().starts_with(disk.path()));
}

TEST(PrivateDirectory, turns_its_link_from_one_whole_set_to_the_next) {
  const test::TemporaryFolder disk;
  const auto made = PrivateDirectory::make({disk.path()});
  ASSERT_TRUE(made) << made.error();
  for (const std::string set : {"1", "2", "3"}) {
    const std::string ca = "ca" + set;
    const std::string chain = "chain" + set;
    const std::string key = "key" + set;
    ASSERT_TRUE((*made)->publish({ca, chain, key}));
    EXPECT_EQ(slurp((*made)->current() + "/ca.crt"), ca);
    EXPECT_EQ(slurp((*made)->current() + "/tls.crt"), chain);
    EXPECT_EQ(slurp((*made)->current() + "/tls.key"), key);
    std::size_t entries = 0;
    for (const auto& entry : fs::directory_iterator((*made)->path())) {
      entries += entry.exists() ? 1U : 0U;
    }
    EXPECT_EQ(entries, 2U);  // the link and the set; the key of before is gone
  }
}

TEST(PrivateDirectory, keeps_no_key_of_before_though_a_set_between_failed) {
  const test::TemporaryFolder disk;
  const auto made = PrivateDirectory::make({disk.path()});
  ASSERT_TRUE(made) << made.error();
  const std::string& path = (*made)->path();
  ASSERT_TRUE((*made)->publish({"ca", "chain", "old key"}));
  test::spill(path + "/set-2", "in the way");
  EXPECT_FALSE((*made)->publish({"ca", "chain", "key"}));
  EXPECT_EQ(slurp((*made)->current() + "/tls.key"), "old key");
  ASSERT_TRUE((*made)->publish({"ca", "chain", "new key"}));
  EXPECT_EQ(slurp((*made)->current() + "/tls.key"), "new key");
  EXPECT_FALSE(fs::exists(path + "/set-1"));
}

TEST(PrivateDirectory, removes_what_a_killed_process_left_and_nothing_that_lives) {
  const test::TemporaryFolder disk;
  fs::create_directories(disk / "postern-stream-killed/set-1");
  test::spill(disk / "postern-stream-killed/set-1/tls.key", "left behind");
  fs::create_directories(disk / "another");
  const auto living = PrivateDirectory::make({disk.path()});
  ASSERT_TRUE(living) << living.error();
  EXPECT_FALSE(fs::exists(disk / "postern-stream-killed"));
  const auto second = PrivateDirectory::make({disk.path()});
  ASSERT_TRUE(second) << second.error();
  EXPECT_TRUE(fs::exists((*living)->path()));
  EXPECT_TRUE(fs::exists(disk / "another"));
}

}  // namespace
}  // namespace postern::identity
