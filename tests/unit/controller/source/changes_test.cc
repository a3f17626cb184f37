// What a source tells when a directory changes, and what stays when it goes wrong.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/controller/source/follower.h"
#include "tests/unit/controller/source/manifests.h"

namespace postern::source {
namespace {

namespace fs = std::filesystem;
using Reasons = std::vector<std::string>;

class SourceChanges : public ::testing::Test {
 protected:
  void remove(const std::string& name) { fs::remove(directory.path() + "/" + name); }

  Manifests directory;
  DirectorySource source{directory.path(), at_once()};
  Follower follower{source};
};

TEST_F(SourceChanges, first_read_gives_everything_and_the_second_nothing) {
  directory.write("a.yaml", config_map("a", "1") + config_map("b", "1"));
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.last().changed.size(), 2U);
  EXPECT_FALSE(follower.last().problems_changed);
  ASSERT_TRUE(follower.read());
  EXPECT_TRUE(follower.last().empty());
}

TEST_F(SourceChanges, one_changed_object_of_a_file_is_told_alone_and_counted) {
  directory.write("a.yaml", config_map("a", "1") + config_map("b", "1"));
  ASSERT_TRUE(follower.read());
  directory.write("a.yaml", config_map("a", "1") + config_map("b", "2"));
  ASSERT_TRUE(follower.read());
  ASSERT_EQ(follower.last().changed.size(), 1U);
  const model::Meta& meta = model::meta_of(*follower.last().changed[0]);
  EXPECT_EQ(meta.key.name, "b");
  EXPECT_EQ(meta.generation, 2);
}

TEST_F(SourceChanges, lines_that_moved_are_told_but_are_no_generation) {
  directory.write("a.yaml", config_map("a", "1"));
  ASSERT_TRUE(follower.read());
  directory.write("a.yaml", "# a word\n" + config_map("a", "1"));
  ASSERT_TRUE(follower.read());
  ASSERT_EQ(follower.last().changed.size(), 1U);
  EXPECT_EQ(model::meta_of(*follower.last().changed[0]).generation, 1);
  EXPECT_EQ(model::meta_of(*follower.last().changed[0]).place_of("").line, 3);
}

TEST_F(SourceChanges, written_generation_stays) {
  const std::string head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, generation: 7}\n";
  directory.write("a.yaml", head + "data: {k: x}\n");
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(model::meta_of(*follower.last().changed[0]).generation, 7);
  directory.write("a.yaml", head + "data: {k: yy}\n");
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(model::meta_of(*follower.last().changed[0]).generation, 7);
}

TEST_F(SourceChanges, removed_file_takes_its_objects_along) {
  directory.write("a.yaml", config_map("a", "1"));
  directory.write("b.yaml", config_map("b", "1"));
  ASSERT_TRUE(follower.read());
  remove("b.yaml");
  ASSERT_TRUE(follower.read());
  ASSERT_EQ(follower.last().gone.size(), 1U);
  EXPECT_EQ(follower.last().gone[0].name, "b");
  EXPECT_TRUE(follower.last().changed.empty());
}

TEST_F(SourceChanges, object_that_moves_to_another_file_is_never_gone) {
  directory.write("a.yaml", config_map("a", "1") + config_map("x", "1"));
  directory.write("b.yaml", config_map("b", "1"));
  ASSERT_TRUE(follower.read());
  directory.write("a.yaml", config_map("a", "1"));
  directory.write("b.yaml", config_map("b", "1") + config_map("x", "1"));
  ASSERT_TRUE(follower.read());
  EXPECT_TRUE(follower.last().gone.empty());
  ASSERT_EQ(follower.last().changed.size(), 1U) << "it stands elsewhere now";
  EXPECT_EQ(model::meta_of(*follower.last().changed[0]).generation, 1);
}

TEST_F(SourceChanges, second_of_two_takes_the_place_of_the_first) {
  directory.write("a.yaml", config_map("x", "from a"));
  directory.write("b.yaml", config_map("x", "from b"));
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.value("x"), "from a");
  EXPECT_EQ(follower.reasons(), Reasons{"Duplicate"});
  remove("a.yaml");
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.value("x"), "from b");
  EXPECT_EQ(follower.reasons(), Reasons{});
  EXPECT_TRUE(follower.last().problems_changed);
  directory.write("a.yaml", config_map("x", "from a again"));
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.value("x"), "from a again");
  EXPECT_EQ(follower.reasons(), Reasons{"Duplicate"});
}

TEST_F(SourceChanges, broken_file_keeps_its_objects_and_the_others_go_on) {
  directory.write("a.yaml", config_map("a", "1"));
  directory.write("b.yaml", config_map("b", "1"));
  ASSERT_TRUE(follower.read());
  directory.write("a.yaml", "a: [1,\nb: }");
  directory.write("b.yaml", config_map("b", "2"));
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.value("a"), "1");
  EXPECT_EQ(follower.value("b"), "2");
  ASSERT_EQ(follower.reasons(), Reasons{"InvalidYaml"});
  EXPECT_EQ(follower.last().problems[0].place.file, directory.path() + "/a.yaml");
  EXPECT_GT(follower.last().problems[0].place.line, 0);
  EXPECT_GT(follower.last().problems[0].place.column, 0);
  ASSERT_TRUE(follower.read());
  EXPECT_TRUE(follower.last().empty()) << "told once, and still standing";
  EXPECT_EQ(follower.reasons(), Reasons{"InvalidYaml"});
  directory.write("a.yaml", config_map("a", "3"));
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.value("a"), "3");
  EXPECT_EQ(follower.reasons(), Reasons{});
}

TEST_F(SourceChanges, refused_object_keeps_its_last_good_version_and_its_neighbours_change) {
  directory.write("a.yaml", config_map("a", "1") + config_map("b", "1"));
  ASSERT_TRUE(follower.read());
  directory.write("a.yaml",
                  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: [1]}\n" +
                      config_map("b", "2"));
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.value("a"), "1");
  EXPECT_EQ(follower.value("b"), "2");
  ASSERT_EQ(follower.last().problems.size(), 1U);
  EXPECT_EQ(follower.last().problems[0].field, "data.k");
  EXPECT_EQ(follower.last().problems[0].place.line, 4);
}

TEST_F(SourceChanges, slip_in_kind_or_name_takes_nothing_away) {
  for (const char* wrong :
       {"kind: ConfigMapp\nmetadata: {name: a}", "kind: ConfigMap\nmetadata: {}",
        "kind: ConfigMap\nmetadata: {name: A B}"}) {
    directory.write("a.yaml", config_map("a", "1") + config_map("b", "1"));
    ASSERT_TRUE(follower.read());
    directory.write("a.yaml", "apiVersion: v1\n" + std::string(wrong) + "\n");
    ASSERT_TRUE(follower.read());
    EXPECT_EQ(follower.value("a"), "1") << wrong;
    EXPECT_EQ(follower.value("b"), "1") << wrong;
    EXPECT_EQ(follower.reasons(), (Reasons{"InvalidField", "Missed", "Missed"})) << wrong;
  }
  directory.write("a.yaml", config_map("c", "1"));
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.known().size(), 1U) << "now it is right, and they are really gone";
  EXPECT_EQ(follower.reasons(), Reasons{});
}

TEST_F(SourceChanges, what_is_missed_in_one_file_may_stand_in_another) {
  directory.write("a.yaml", config_map("a", "1") + config_map("b", "1"));
  ASSERT_TRUE(follower.read());
  directory.write("a.yaml", "apiVersion: v1\nkind: ConfigMapp\nmetadata: {name: a}\n");
  directory.write("b.yaml", config_map("b", "2"));
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.value("a"), "1");
  EXPECT_EQ(follower.value("b"), "2");
  EXPECT_EQ(follower.reasons(), (Reasons{"InvalidField", "Missed"}));
}

TEST_F(SourceChanges, emptied_file_takes_nothing_away) {
  directory.write("a.yaml", config_map("a", "1"));
  directory.write("z.yaml", config_map("z", "1"));
  ASSERT_TRUE(follower.read());
  for (const char* nothing : {"", "\n", "# kind: ConfigMap\n", "---\n"}) {
    directory.write("a.yaml", nothing);
    ASSERT_TRUE(follower.read());
    EXPECT_EQ(follower.value("a"), "1");
    EXPECT_EQ(follower.reasons(), Reasons{"EmptyFile"});
  }
  remove("a.yaml");
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.value("a"), "");
  EXPECT_EQ(follower.reasons(), Reasons{});
}

TEST_F(SourceChanges, emptied_or_missing_directory_is_an_error_and_takes_nothing_away) {
  directory.write("a.yaml", config_map("a", "1"));
  ASSERT_TRUE(follower.read());
  remove("a.yaml");
  EXPECT_FALSE(follower.read());
  EXPECT_NE(follower.error().find("has no manifests"), std::string::npos);
  fs::rename(directory.path(), directory.path() + "-away");
  EXPECT_FALSE(follower.read());
  EXPECT_NE(follower.error().find("cannot be read"), std::string::npos);
  fs::rename(directory.path() + "-away", directory.path());
  directory.write("b.yaml", config_map("b", "1"));
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.value("a"), "") << "now one file is there, and this one is not";
  EXPECT_EQ(follower.value("b"), "1");
}

TEST_F(SourceChanges, file_that_grew_above_the_limit_keeps_its_objects) {
  directory.write("a.yaml", config_map("a", "1"));
  ASSERT_TRUE(follower.read());
  directory.write("a.yaml", config_map("a", "2") + std::string(kMostFileOctets, '#'));
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.value("a"), "1");
  EXPECT_EQ(follower.reasons(), Reasons{"UnreadableFile"});
}

TEST_F(SourceChanges, file_that_cannot_be_reached_keeps_its_objects) {
  directory.write("a.yaml", config_map("a", "1"));
  directory.write("real/b.yaml", config_map("b", "1"));
  ASSERT_TRUE(follower.read());
  // A link to nowhere, and a folder that has become a link.
  remove("a.yaml");
  fs::create_symlink("nowhere", directory.path() + "/a.yaml");
  fs::rename(directory.path() + "/real", directory.path() + "/.moved");
  fs::create_directory_symlink(".moved", directory.path() + "/real");
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.value("a"), "1");
  EXPECT_EQ(follower.value("b"), "1");
  EXPECT_EQ(follower.reasons(), (Reasons{"UnreadableFile", "UnreadableFile"}));
}

TEST_F(SourceChanges, file_of_the_same_size_written_in_the_same_tick_is_seen) {
  for (int i = 10; i < 60; ++i) {
    directory.write("a.yaml", config_map("a", std::to_string(i)));
    ASSERT_TRUE(follower.read());
    EXPECT_EQ(follower.value("a"), std::to_string(i));
  }
}

TEST_F(SourceChanges, loading_gives_all_objects_at_any_time) {
  directory.write("a.yaml", config_map("a", "1"));
  ASSERT_TRUE(follower.read());
  directory.write("b.yaml", config_map("b", "1"));
  const auto loaded = source.load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->objects.size(), 2U);
}

TEST(SourceOfAThousandFiles, reads_one_file_when_one_changed) {
  const Manifests directory;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "m" + std::to_string(i);
    directory.write(name + ".yaml", config_map(name, "1"));
  }
  StoppedClock clock;
  clock.pass(std::chrono::hours(1));
  DirectoryOptions options = at_once();
  options.clock = &clock;
  DirectorySource source(directory.path(), options);
  Follower follower(source);
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.known().size(), 1000U);
  EXPECT_EQ(source.files_read(), 1000U);
  directory.write("m500.yaml", config_map("m500", "two"));
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(source.files_read(), 1001U);
  ASSERT_EQ(follower.last().changed.size(), 1U);
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(source.files_read(), 1001U);
}

TEST(SourceOfTooManyFiles, reads_ten_thousand_and_keeps_those_that_it_knows) {
  const Manifests directory;
  for (std::size_t i = 0; i < kMostFiles; ++i) directory.write(fmt::format("m{:05}.yaml", i), "");
  directory.write("m00000.yaml", config_map("first", "1"));
  directory.write("m09999.yaml", config_map("last", "1"));
  DirectorySource source(directory.path(), at_once());
  Follower follower(source);
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.known().size(), 2U);
  EXPECT_EQ(follower.reasons(), Reasons{});
  directory.write("a.yaml", config_map("more", "1"));
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.value("last"), "1") << "pushed out of the first ten thousand, but there";
  EXPECT_EQ(follower.value("more"), "") << "one too many";
  EXPECT_EQ(follower.reasons(), Reasons{"UnreadableFile"});
}

}  // namespace
}  // namespace postern::source
