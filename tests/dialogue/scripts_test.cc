#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "tests/dialogue/memory_runner.h"
#include "tests/dialogue/protocols_page.h"
#include "tests/support/committed_page.h"
#include "tests/support/fragmenter.h"
#include "tests/support/source_dir.h"

namespace postern::dlg {
namespace {

std::vector<std::filesystem::path> script_files() {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path folder =
      std::filesystem::path(postern::test::kSourceDir) / "tests/dialogue/imap";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".dlg") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Script script_in(const std::filesystem::path& file) {
  auto parsed = parse_script(file.stem().string(), text_of(file));
  if (const auto* bad = std::get_if<Unreadable>(&parsed)) {
    ADD_FAILURE() << file << ":" << bad->number << ": " << bad->reason;
    return {};
  }
  return std::get<Script>(std::move(parsed));
}

class Scripts : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Scripts, play_the_same_however_they_are_cut) {
  const Script script = script_in(GetParam());
  ASSERT_FALSE(script.about.empty()) << "a script begins with a sentence on what it shows";
  MemoryRunner whole(script, test::kAllAtOnce);
  ASSERT_EQ(whole.play(), "");
  // The one exception of cut independence: octets behind STARTTLS, see @only whole.
  if (script.setup.get("only") == "whole") return;
  for (const std::size_t fragment : test::kFragmentSizes) {
    MemoryRunner cut(script, fragment);
    ASSERT_EQ(cut.play(), "") << "in pieces of " << fragment;
    ASSERT_EQ(cut.transcript(), whole.transcript()) << "in pieces of " << fragment;
  }
}

std::string script_name(const testing::TestParamInfo<std::filesystem::path>& file) {
  return file.param.stem().string();
}
INSTANTIATE_TEST_SUITE_P(Imap, Scripts, testing::ValuesIn(script_files()), script_name);

TEST(ProtocolsPage, is_what_the_scripts_show) {
  Noted noted;
  for (const auto& file : script_files()) {
    const Script script = script_in(file);
    MemoryRunner runner(script, test::kAllAtOnce, &noted);
    ASSERT_EQ(runner.play(), "");
  }
  for (const char* verb : {"CAPABILITY", "NOOP", "LOGOUT", "ID", "STARTTLS", "LOGIN",
                           "AUTHENTICATE", "(anything else)"}) {
    for (const char* listener :
         {"tls", "starttls", "starttls-optional", "plain", "plain-refused"}) {
      const auto shown = noted.lower_bound({verb, listener, "AwaitingCommand", ""});
      ASSERT_NE(shown, noted.end());
      EXPECT_EQ(std::get<0>(*shown), verb) << "no script shows it on " << listener;
      EXPECT_EQ(std::get<1>(*shown), listener) << "no script shows " << verb << " there";
    }
  }
  test::expect_committed("docs/protocols.md", protocols_markdown(noted));
}

}  // namespace
}  // namespace postern::dlg
