// docs/operations.md against the code: what an operator can meet stands there.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <CLI/CLI.hpp>

#include "cli/run/options.h"
#include "tests/support/source_dir.h"

namespace postern::run {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  EXPECT_TRUE(in.good()) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string page() { return text_of(fs::path(postern::test::kSourceDir) / "docs/operations.md"); }

std::set<std::string> found(const std::string& text, const char* pattern) {
  const std::regex wanted(pattern);
  std::set<std::string> out;
  for (std::sregex_iterator it(text.begin(), text.end(), wanted), end; it != end; ++it) {
    out.insert((*it)[1]);
  }
  return out;
}

// Names of metrics are written whole where they are registered, so they can be found.
std::set<std::string> metrics_of_the_code() {
  std::set<std::string> out;
  for (const char* top : {"common", "proxy", "controller", "cli"}) {
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(postern::test::kSourceDir) / top)) {
      const std::string kind = entry.path().extension().string();
      if (kind != ".cc" && kind != ".h") continue;
      out.merge(found(text_of(entry.path()), "\"(postern_[a-z_]+)\""));
    }
  }
  return out;
}

TEST(OperationsPage, has_every_metric_of_the_code_and_no_other) {
  EXPECT_EQ(found(page(), "\\| `(postern_[a-z_]+)` \\|"), metrics_of_the_code());
}

TEST(OperationsPage, has_every_flag_with_its_variable) {
  CLI::App app;
  RunOptions options;
  add_run_flags(app, options);
  const std::string text = page();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_envname().empty()) continue;
    EXPECT_NE(text.find("| `" + option->get_name()), std::string::npos) << option->get_name();
    EXPECT_NE(text.find("`" + option->get_envname() + "`"), std::string::npos)
        << option->get_envname();
  }
}

TEST(OperationsPage, has_every_log_field) {
  const std::string code = text_of(fs::path(postern::test::kSourceDir) / "common/base/log.h");
  const std::string text = page();
  for (const std::string& name : found(code, "std::string_view k[A-Za-z]+ = \"([a-z_]+)\"")) {
    EXPECT_NE(text.find("`" + name + "`"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace postern::run
