// wait() ends when something happens, long before its time is up.
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "tests/unit/controller/source/follower.h"
#include "tests/unit/controller/source/manifests.h"

namespace postern::source {
namespace {

namespace fs = std::filesystem;

constexpr Duration kForEver{std::chrono::minutes(1)};

class SourceWatch : public ::testing::Test {
 protected:
  SourceWatch() {
    directory.write("a.yaml", config_map("a", "1"));
    directory.write("deep/er/b.yaml", config_map("b", "1"));
  }
  static DirectoryOptions watching() {
    DirectoryOptions out = at_once();
    out.watch = true;
    out.poll = kForEver;
    return out;
  }
  // Reads until nothing is to be looked at again by itself.
  void come_to_rest() {
    do {
      ASSERT_TRUE(follower.read());
    } while (!rests());
  }
  bool rests() {
    const Instant before = std::chrono::steady_clock::now();
    source.wait(Duration(50));
    return std::chrono::steady_clock::now() - before >= Duration(50);
  }
  [[nodiscard]] static bool woken(DirectorySource& source) {
    const Instant before = std::chrono::steady_clock::now();
    source.wait(kForEver);
    return std::chrono::steady_clock::now() - before < kForEver;
  }
  std::string path(const std::string& name) const { return directory.path() + "/" + name; }

  Manifests directory;
  DirectorySource source{directory.path(), watching()};
  Follower follower{source};
};

TEST_F(SourceWatch, wakes_for_whatever_happens_to_a_manifest) {
  const Manifests elsewhere;
  const std::vector<std::pair<const char*, std::function<void()>>> happenings = {
      {"written", [&] { directory.write("a.yaml", config_map("a", "2")); }},
      {"made", [&] { directory.write("c.yaml", config_map("c", "1")); }},
      {"made in a folder", [&] { directory.write("deep/er/d.yaml", config_map("d", "1")); }},
      {"renamed", [&] { fs::rename(path("c.yaml"), path("e.yaml")); }},
      {"removed", [&] { fs::remove(path("e.yaml")); }},
      {"mode", [&] { fs::permissions(path("a.yaml"), fs::perms::owner_read); }},
      {"moved in",
       [&] { fs::rename(elsewhere.write("f.yaml", config_map("f", "1")), path("f.yaml")); }},
      {"new folder", [&] { fs::create_directory(path("new")); }},
      {"in the new folder", [&] { directory.write("new/g.yaml", config_map("g", "1")); }},
      {"folder removed", [&] { fs::remove_all(path("new")); }},
      {"link swapped",
       [&] {
         fs::create_directory(path("..1"));
         fs::create_directory_symlink("..1", path("..data"));
       }},
  };
  for (const auto& [name, happen] : happenings) {
    SCOPED_TRACE(name);
    come_to_rest();
    happen();
    EXPECT_TRUE(woken(source));
  }
  come_to_rest();
  EXPECT_EQ(follower.known().size(), 4U) << "a, b, d, f";
  EXPECT_EQ(follower.value("a"), "2");
}

TEST_F(SourceWatch, sleeps_on_when_an_editor_leaves_its_own_files_about) {
  come_to_rest();
  directory.write(".a.yaml.swp", "x");
  directory.write("a.yaml~", "x");
  fs::create_directories(path(".postern/status"));
  EXPECT_TRUE(rests());
}

TEST_F(SourceWatch, wakes_when_the_whole_directory_is_put_anew) {
  come_to_rest();
  fs::rename(directory.path(), directory.path() + "-away");
  EXPECT_TRUE(woken(source));
  EXPECT_FALSE(follower.read());
  EXPECT_EQ(follower.known().size(), 2U);
  fs::create_directory(directory.path());
  EXPECT_TRUE(woken(source));
  (void)follower.read();
  directory.write("a.yaml", config_map("a", "3"));
  EXPECT_TRUE(woken(source));
  fs::remove_all(directory.path() + "-away");
  come_to_rest();
  EXPECT_EQ(follower.value("a"), "3");
  EXPECT_EQ(follower.known().size(), 1U);
}

TEST_F(SourceWatch, wakes_when_a_link_to_a_secrets_file_is_swapped_outside) {
  const Manifests outside;
  outside.write("archive/1.txt", "one");
  outside.write("archive/2.txt", "two");
  fs::create_symlink("archive/1.txt", outside.path() + "/live.txt");
  directory.write("s.yaml",
                  "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  annotations: "
                  "{postern.dev/data-from-files: 'password=" +
                      outside.path() + "/live.txt'}\n");
  come_to_rest();
  EXPECT_EQ(follower.find<model::SecretObject>("Secret", "s")->data.at("password").reveal(), "one");
  outside.write("archive/3.txt", "unrelated");
  EXPECT_TRUE(rests()) << "a neighbour of the file";
  fs::create_symlink("archive/2.txt", outside.path() + "/new");
  fs::rename(outside.path() + "/new", outside.path() + "/live.txt");
  EXPECT_TRUE(woken(source));
  come_to_rest();
  EXPECT_EQ(follower.find<model::SecretObject>("Secret", "s")->data.at("password").reveal(), "two");
  outside.write("archive/2.txt", "three");
  EXPECT_TRUE(woken(source));
  come_to_rest();
  EXPECT_EQ(follower.find<model::SecretObject>("Secret", "s")->data.at("password").reveal(),
            "three");
}

TEST_F(SourceWatch, wakes_when_called_from_another_thread) {
  come_to_rest();
  std::thread caller([this] { source.wake(); });
  EXPECT_TRUE(woken(source));
  caller.join();
}

TEST_F(SourceWatch, waits_until_an_unsettled_file_has_settled) {
  DirectoryOptions options = watching();
  options.quiet = Duration(30);
  DirectorySource patient(directory.path(), options);
  Follower other(patient);
  ASSERT_TRUE(other.read());
  directory.write("a.yaml", config_map("a", "2"));
  ASSERT_TRUE(other.read());
  while (other.value("a") != "2") {
    ASSERT_TRUE(woken(patient));
    ASSERT_TRUE(other.read());
  }
}

TEST(SourcePoll, ends_a_wait_where_nothing_tells_of_changes) {
  Manifests directory;
  directory.write("a.yaml", config_map("a", "1"));
  DirectoryOptions options = at_once();
  options.watch = true;
  options.poll = Duration(1);
  DirectorySource source(directory.path(), options);
  ASSERT_TRUE(source.read());
  const Instant before = std::chrono::steady_clock::now();
  for (int i = 0; i < 3; ++i) source.wait(kForEver);
  EXPECT_LT(std::chrono::steady_clock::now() - before, kForEver);
}

}  // namespace
}  // namespace postern::source
