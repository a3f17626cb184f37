#include "common/identity/directory_watch.h"

#include <chrono>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/stream_certificates.h"

namespace postern::identity {
namespace {

namespace fs = std::filesystem;

// What happened before wait() counts as well, so nothing has to be timed: either it returns at
// once, or it takes all of this.
constexpr Duration kLong{60'000};

bool returns_early(DirectoryWatch& watch) {
  const auto begin = std::chrono::steady_clock::now();
  watch.wait(kLong);
  return std::chrono::steady_clock::now() - begin < kLong / 2;
}

TEST(DirectoryWatch, sees_files_written_renamed_and_removed) {
  const test::TemporaryFolder folder;
  DirectoryWatch watch(folder.path());
  test::spill(folder / "tls.crt", "one");
  EXPECT_TRUE(returns_early(watch));
  test::spill(folder / "tls.crt", "two");
  EXPECT_TRUE(returns_early(watch));
  fs::rename(folder / "tls.crt", folder / "tls.key");
  EXPECT_TRUE(returns_early(watch));
  fs::remove(folder / "tls.key");
  EXPECT_TRUE(returns_early(watch));
}

TEST(DirectoryWatch, sees_the_link_of_a_mounted_secret_turn) {
  const test::TemporaryFolder folder;
  fs::create_symlink("..one", folder / "..data");
  DirectoryWatch watch(folder.path());
  fs::create_symlink("..two", folder / "..next");
  EXPECT_TRUE(returns_early(watch));
  fs::rename(folder / "..next", folder / "..data");
  EXPECT_TRUE(returns_early(watch));
}

TEST(DirectoryWatch, is_woken_and_ends_its_wait_when_nothing_happens) {
  const test::TemporaryFolder folder;
  DirectoryWatch watch(folder.path());
  watch.wake();
  EXPECT_TRUE(returns_early(watch));
  watch.wait(Duration(1));
}

TEST(DirectoryWatch, takes_up_a_directory_that_comes_later_or_anew) {
  const test::TemporaryFolder folder;
  const std::string certs = folder / "certs";
  DirectoryWatch watch(certs);
  watch.wait(Duration(1));
  for (int round = 0; round < 2; ++round) {
    fs::create_directory(certs);
    watch.wait(Duration(1));  // as each poll does
    test::spill(certs + "/tls.crt", "one");
    EXPECT_TRUE(returns_early(watch));
    fs::remove_all(certs);
    EXPECT_TRUE(returns_early(watch));
  }
}

}  // namespace
}  // namespace postern::identity
