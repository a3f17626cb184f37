// What `postern why` says of users of why/world.yaml: each file of why/ is a command line and its
// answer. POSTERN_REWRITE=1 writes the answers anew.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cli/tool/command_line.h"
#include "tests/support/source_dir.h"

namespace postern::golden {
namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(postern::test::kSourceDir) / "tests/golden/why";
constexpr std::string_view kPrompt = "$ postern ";

std::vector<std::string> cases() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".txt") out.push_back(entry.path().stem());
  }
  std::ranges::sort(out);
  return out;
}

// "why world.yaml --user …": a path is one of the folder.
std::vector<std::string> words_of(const std::string& command) {
  std::istringstream in(command.substr(kPrompt.size()));
  std::vector<std::string> words;
  for (std::string word; in >> word;) {
    words.push_back(word.ends_with(".yaml") ? (kFolder / word).string() : word);
  }
  return words;
}

process::Answered answered(const std::vector<std::string>& words) {
  const tool::Command command = tool::read_command_line(words);
  if (const auto* options = std::get_if<tool::WhyOptions>(&command)) return tool::why(*options);
  return std::get<process::Answered>(command);
}

class Why : public ::testing::TestWithParam<std::string> {};

TEST_P(Why, says_what_was_agreed) {
  const std::filesystem::path path = kFolder / (GetParam() + ".txt");
  std::ifstream file(path);
  std::string command;
  std::getline(file, command);
  ASSERT_TRUE(command.starts_with(kPrompt)) << path;
  const process::Answered answer = answered(words_of(command));
  const std::string said = fmt::format("{}\n{}exit {}\n", command, answer.out, answer.exit_code);
  const std::string agreed = command + "\n" + std::string(std::istreambuf_iterator<char>(file), {});
  if (std::getenv("POSTERN_REWRITE") != nullptr) std::ofstream(path) << said;
  EXPECT_EQ(said, agreed) << path;
}

INSTANTIATE_TEST_SUITE_P(Cases, Why, ::testing::ValuesIn(cases()), [](const auto& one) {
  std::string name = one.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(WhyCommandLine, says_what_is_missing_or_wrong) {
  const auto exit_code = [](const std::vector<std::string>& words) {
    return answered(words).exit_code;
  };
  EXPECT_EQ(exit_code({"why"}), 2);
  EXPECT_EQ(exit_code({"why", "x.yaml", "--source", "192.0.2.7"}), 2);
  EXPECT_EQ(exit_code({"why", "x.yaml", "--user", "joe"}), 2);
  EXPECT_EQ(exit_code({"why", "x.yaml", "--user", "joe", "--source", "here"}), 2);
  EXPECT_EQ(exit_code({"why", "x.yaml", "--user", "joe", "--source", "::1", "--port", "0"}), 2);
  EXPECT_EQ(exit_code({"why", "/nowhere", "--user", "joe", "--source", "::1"}), 1);
}

}  // namespace
}  // namespace postern::golden
