// How editors and tools save a file, call by call: after each of them the source is read, as if the
// quiet time ended there, and must know the old objects or the new ones, whole.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "tests/unit/controller/source/follower.h"
#include "tests/unit/controller/source/manifests.h"

namespace postern::source {
namespace {

namespace fs = std::filesystem;

std::string two_objects(const std::string& value) {
  return config_map("a", value) + config_map("b", value);
}
const std::string kOld = two_objects("old");
const std::string kNew = two_objects("new and longer");

// What a process does to the directory, with the names of files below it.
class Desk {
 public:
  explicit Desk(const Manifests& directory) : root_(directory.path() + "/") {}
  ~Desk() { close(); }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  void open(const std::string& name, int flags) {
    close();
    fd_ = ::open((root_ + name).c_str(), flags | O_CLOEXEC, 0600);
    EXPECT_GE(fd_, 0) << name;
  }
  void write(std::string_view text) const {
    EXPECT_EQ(::write(fd_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void rename(const std::string& from, const std::string& to) const {
    fs::rename(root_ + from, root_ + to);
  }
  void remove(const std::string& name) const { fs::remove_all(root_ + name); }
  void link(const std::string& target, const std::string& name) const {
    fs::create_symlink(target, root_ + name);
  }
  void folder(const std::string& name) const { fs::create_directory(root_ + name); }

 private:
  std::string root_;
  int fd_ = -1;
};

using Step = std::function<void(Desk&)>;
struct Pattern {
  std::string name;
  std::vector<Step> before;  // makes the old state; mail.yaml is written when there are none
  std::vector<Step> steps;   // after all of them the new state is there
};

constexpr int kCreate = O_WRONLY | O_CREAT;

Step opened(const std::string& name, int flags) {
  return [=](Desk& desk) { desk.open(name, flags); };
}
Step written(const std::string& text) {
  return [=](Desk& desk) { desk.write(text); };
}
Step closed() {
  return [](Desk& desk) { desk.close(); };
}
Step renamed(const std::string& from, const std::string& to) {
  return [=](Desk& desk) { desk.rename(from, to); };
}
Step removed(const std::string& name) {
  return [=](Desk& desk) { desk.remove(name); };
}
Step linked(const std::string& target, const std::string& name) {
  return [=](Desk& desk) { desk.link(target, name); };
}
Step made_folder(const std::string& name) {
  return [=](Desk& desk) { desk.folder(name); };
}

// Octet by octet at the places where a document is cut in its middle, or between two.
std::vector<Step> in_pieces(const std::string& text) {
  std::vector<Step> out;
  const std::size_t cuts[] = {0,
                              3,
                              4,
                              20,
                              21,
                              36,
                              45,
                              57,
                              60,
                              text.size() / 2,
                              text.size() / 2 + 5,
                              text.size() - 12,
                              text.size()};
  for (std::size_t i = 1; i < std::size(cuts); ++i) {
    out.push_back(written(text.substr(cuts[i - 1], cuts[i] - cuts[i - 1])));
  }
  return out;
}

std::vector<Step> joined(std::initializer_list<std::vector<Step>> parts) {
  std::vector<Step> out;
  for (const auto& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

std::vector<Pattern> patterns() {
  const std::vector<Step> pieces = in_pieces(kNew);
  const std::vector<Step> swap_file = {opened(".mail.yaml.swp", kCreate | O_EXCL),
                                       written("b0VIM 9.0"), closed()};
  return {
      {"vim_moves_the_old_one_away",
       {},
       joined({swap_file,
               {opened("4913", kCreate | O_EXCL), closed(), removed("4913"),
                renamed("mail.yaml", "mail.yaml~"), opened("mail.yaml", kCreate | O_EXCL)},
               pieces,
               {closed(), removed("mail.yaml~"), removed(".mail.yaml.swp")}})},
      {"vim_keeps_the_file_and_copies_the_old_one",
       {},
       joined({swap_file,
               {opened("mail.yaml~", kCreate | O_EXCL), written(kOld), closed(),
                opened("mail.yaml", O_WRONLY | O_TRUNC)},
               pieces,
               {closed(), removed("mail.yaml~"), removed(".mail.yaml.swp")}})},
      {"emacs_locks_and_moves",
       {},
       {linked("me@here.1", ".#mail.yaml"), renamed("mail.yaml", "mail.yaml~"),
        opened("mail.yaml", kCreate | O_TRUNC), written(kNew), closed(), removed(".#mail.yaml")}},
      {"renames_a_finished_file_over",
       {},
       joined({{opened(".mail.yaml.tmp", kCreate | O_EXCL)},
               pieces,
               {closed(), renamed(".mail.yaml.tmp", "mail.yaml")}})},
      {"rsync",
       {},
       joined({{opened(".mail.yaml.Xa9f3k", kCreate | O_EXCL)},
               pieces,
               {closed(), renamed(".mail.yaml.Xa9f3k", "mail.yaml")}})},
      {"renames_a_visible_file_over",
       {},
       joined({{opened("mail.yaml.new", kCreate | O_EXCL)},
               pieces,
               {closed(), renamed("mail.yaml.new", "mail.yaml")}})},
      {"truncates_and_writes_in_pieces",
       {},
       joined({{opened("mail.yaml", O_WRONLY | O_TRUNC)}, pieces, {closed()}})},
      {"shell_truncates_closes_and_appends",
       {},
       {opened("mail.yaml", O_WRONLY | O_TRUNC), closed(), opened("mail.yaml", O_WRONLY | O_APPEND),
        written(kNew.substr(0, kNew.size() / 2)), closed(),
        opened("mail.yaml", O_WRONLY | O_APPEND), written(kNew.substr(kNew.size() / 2)), closed()}},
      {"removes_and_makes_anew",
       {},
       joined({{removed("mail.yaml"), opened("mail.yaml", kCreate | O_EXCL)}, pieces, {closed()}})},
      {"moves_the_objects_to_another_file",
       {},
       {opened("other.yaml", kCreate | O_EXCL), written(kNew), closed(), removed("mail.yaml")}},
      {"kubernetes_swaps_the_data_of_a_mount",
       {made_folder("..2026_11_20"), opened("..2026_11_20/mail.yaml", kCreate), written(kOld),
        closed(), linked("..2026_11_20", "..data"), linked("..data/mail.yaml", "mail.yaml")},
       joined({{made_folder("..2026_11_21"), opened("..2026_11_21/mail.yaml", kCreate)},
               pieces,
               {closed(), linked("..2026_11_21", "..data_tmp"), renamed("..data_tmp", "..data"),
                removed("..2026_11_20")}})},
  };
}

class SavePattern : public ::testing::TestWithParam<Pattern> {
 protected:
  SavePattern() {
    Desk desk(directory);
    if (GetParam().before.empty()) directory.write("mail.yaml", kOld);
    for (const Step& step : GetParam().before) step(desk);
  }
  DirectoryOptions options() {
    DirectoryOptions out;
    out.watch = false;
    out.clock = &clock;
    return out;
  }
  Manifests directory;
  StoppedClock clock;
};

// The objects that a directory with this one file has.
Objects objects_of(const std::string& text) {
  Manifests directory;
  directory.write("mail.yaml", text);
  const auto loaded = DirectorySource(directory.path(), at_once()).load();
  return loaded ? bare(loaded->objects) : Objects{};
}

TEST_P(SavePattern, shows_the_old_objects_or_the_new_ones_after_each_call) {
  const Objects old_objects = objects_of(kOld);
  const Objects new_objects = objects_of(kNew);
  ASSERT_EQ(old_objects.size(), 2U);
  ASSERT_NE(old_objects, new_objects);
  DirectorySource source(directory.path(), options());
  Follower follower(source);
  ASSERT_TRUE(follower.read());
  ASSERT_EQ(follower.bare_objects(), old_objects);
  Desk desk(directory);
  int number = 0;
  for (const Step& step : GetParam().steps) {
    step(desk);
    EXPECT_TRUE(follower.read()) << "step " << number << ": " << follower.error();
    const Objects now = follower.bare_objects();
    EXPECT_TRUE(now == old_objects || now == new_objects) << "step " << number;
    EXPECT_EQ(follower.reasons(), std::vector<std::string>{}) << "step " << number;
    ++number;
  }
  clock.pass(std::chrono::hours(1));
  EXPECT_TRUE(follower.read());
  EXPECT_EQ(follower.bare_objects(), new_objects);
  EXPECT_EQ(follower.reasons(), std::vector<std::string>{});
}

// Even whoever reads at once and takes every state for the last must not lose both objects.
TEST_P(SavePattern, without_quiet_time_ends_with_the_new_objects) {
  DirectoryOptions hasty = at_once();
  DirectorySource source(directory.path(), hasty);
  Follower follower(source);
  ASSERT_TRUE(follower.read());
  Desk desk(directory);
  for (const Step& step : GetParam().steps) {
    step(desk);
    (void)follower.read();
    EXPECT_FALSE(follower.known().empty());
  }
  ASSERT_TRUE(follower.read());
  EXPECT_EQ(follower.bare_objects(), objects_of(kNew));
}

INSTANTIATE_TEST_SUITE_P(Editors, SavePattern, ::testing::ValuesIn(patterns()),
                         [](const auto& pattern) { return pattern.param.name; });

}  // namespace
}  // namespace postern::source
