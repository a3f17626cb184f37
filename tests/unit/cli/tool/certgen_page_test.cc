// docs/operations.md against the command line of `postern certgen`.
#include <regex>
#include <set>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "cli/tool/command_line.h"
#include "tests/support/operations_page.h"

namespace postern::tool {
namespace {

// The command is known by its help alone.
std::set<std::string> flags_in_help(const std::string& help) {
  const std::regex flag("(--[a-z-]+)[^(\n]*\\(Env:(POSTERN_[A-Z_]+)\\)");
  std::set<std::string> out;
  for (std::sregex_iterator it(help.begin(), help.end(), flag), end; it != end; ++it) {
    out.insert((*it)[1].str() + " " + (*it)[2].str());
  }
  return out;
}

TEST(CertgenPage, gives_the_command_its_flags_and_no_other) {
  const Command command = read_command_line({"certgen", "--help"});
  const auto* answer = std::get_if<Answered>(&command);
  ASSERT_NE(answer, nullptr);
  const std::set<std::string> flags = flags_in_help(answer->out);
  EXPECT_FALSE(flags.empty()) << answer->out;
  EXPECT_EQ(test::flags_on_page("certgen"), flags);
}

}  // namespace
}  // namespace postern::tool
