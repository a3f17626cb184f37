#include "controller/source/directory_walk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/unit/controller/source/manifests.h"

namespace postern::source {
namespace {

namespace fs = std::filesystem;

// Without the directory's own path.
std::vector<std::string> found(const Manifests& directory) {
  const auto walked = walk_directory(directory.path());
  EXPECT_TRUE(walked);
  std::vector<std::string> out;
  for (const std::string& file : walked->files) {
    out.push_back(fs::path(file).lexically_relative(directory.path()).string());
  }
  return out;
}

std::vector<std::string> told(const Manifests& directory) {
  const auto walked = walk_directory(directory.path());
  EXPECT_TRUE(walked);
  std::vector<std::string> out;
  for (const model::Problem& problem : walked->problems) {
    out.push_back(fs::path(problem.place.file).lexically_relative(directory.path()).string() +
                  ": " + problem.message);
  }
  return out;
}

using Names = std::vector<std::string>;

TEST(DirectoryWalk, takes_manifests_in_the_order_of_their_names) {
  Manifests directory;
  for (const char* name : {"b.yml", "a.yaml", "c.json", "d.txt", "README.md", "yaml"}) {
    directory.write(name, "");
  }
  EXPECT_EQ(found(directory), (Names{"a.yaml", "b.yml", "c.json"}));
  EXPECT_EQ(told(directory), Names{});
}

TEST(DirectoryWalk, skips_hidden_ones_and_what_editors_leave) {
  Manifests directory;
  for (const char* name :
       {".hidden.yaml", "old.yaml~", ".git/config.yaml", "a.yaml", ".a.yaml.swp"}) {
    directory.write(name, "");
  }
  EXPECT_EQ(found(directory), Names{"a.yaml"});
  EXPECT_EQ(told(directory), Names{});
}

TEST(DirectoryWalk, goes_three_folders_deep_and_says_where_it_stops) {
  Manifests directory;
  directory.write("1/2/3/in.yaml", "");
  directory.write("1/2/3/4/out.yaml", "");
  EXPECT_EQ(found(directory), Names{"1/2/3/in.yaml"});
  EXPECT_EQ(told(directory),
            Names{"1/2/3/4: is more than 3 folders deep and is not read: move it up"});
}

TEST(DirectoryWalk, follows_no_link_that_leads_out) {
  Manifests elsewhere;
  elsewhere.write("secret.yaml", "");
  Manifests directory;
  directory.write("real.yaml", "");
  fs::create_symlink(elsewhere.path() + "/secret.yaml", directory.path() + "/out.yaml");
  fs::create_symlink("real.yaml", directory.path() + "/alias.yaml");
  fs::create_directory_symlink(elsewhere.path(), directory.path() + "/folder");
  fs::create_symlink("nowhere.yaml", directory.path() + "/dangling.yaml");
  EXPECT_EQ(found(directory), (Names{"alias.yaml", "real.yaml"}));
  EXPECT_EQ(told(directory),
            (Names{"dangling.yaml: cannot be read: No such file or directory",
                   "folder: is a link to a folder and is not followed: put its files here",
                   "out.yaml: is a link that leads out of the directory: copy the file in"}));
}

TEST(DirectoryWalk, follows_the_links_of_a_mounted_config_map) {
  Manifests directory;
  directory.write("..2026_11_21/mail.yaml", "");
  fs::create_directory_symlink("..2026_11_21", directory.path() + "/..data");
  fs::create_symlink("..data/mail.yaml", directory.path() + "/mail.yaml");
  EXPECT_EQ(found(directory), Names{"mail.yaml"});
  EXPECT_EQ(told(directory), Names{});
}

TEST(DirectoryWalk, mounted_name_does_not_open_the_way_out) {
  Manifests directory;
  fs::create_symlink("..data/../../../../etc/passwd", directory.path() + "/x.yaml");
  EXPECT_EQ(found(directory), Names{});
}

TEST(DirectoryWalk, unreadable_directory_is_an_error_and_not_empty) {
  const auto walked = walk_directory("/nonexistent/manifests");
  ASSERT_FALSE(walked);
  EXPECT_EQ(walked.error(),
            "the directory /nonexistent/manifests cannot be read: No such file or directory");
}

TEST(DirectoryWalk, names_a_directory_with_and_without_a_slash_alike) {
  Manifests directory;
  directory.write("a.yaml", "");
  EXPECT_EQ(walk_directory(directory.path() + "/")->files, walk_directory(directory.path())->files);
}

}  // namespace
}  // namespace postern::source
