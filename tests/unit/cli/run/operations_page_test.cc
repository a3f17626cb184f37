// docs/operations.md against the code: what an operator can meet stands there.
#include <filesystem>
#include <functional>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <CLI/CLI.hpp>

#include "cli/run/options.h"
#include "controller/app/options.h"
#include "proxy/app/options.h"
#include "tests/support/operations_page.h"
#include "tests/support/source_dir.h"

namespace postern::run {
namespace {

namespace fs = std::filesystem;

using Words = std::set<std::string>;

Words found(const std::string& text, const std::string& pattern) {
  const std::regex wanted(pattern);
  Words out;
  for (std::sregex_iterator it(text.begin(), text.end(), wanted), end; it != end; ++it) {
    out.insert((*it)[1]);
  }
  return out;
}

// Of each source file, what `look` finds in its text.
Words found_in_code(const std::function<Words(const std::string&)>& look) {
  Words out;
  for (const char* top : {"common", "proxy", "controller", "cli"}) {
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(postern::test::kSourceDir) / top)) {
      const std::string kind = entry.path().extension().string();
      if (kind != ".cc" && kind != ".h") continue;
      out.merge(look(test::text_of_source(
          entry.path().lexically_relative(postern::test::kSourceDir).string())));
    }
  }
  return out;
}

// Fields that a room names where it writes the line, instead of by a constant of log.h.
Words literal_fields(const std::string& text) {
  Words out;
  for (auto at = text.find("line(LogLevel::"); at != std::string::npos;
       at = text.find("line(LogLevel::", at + 1)) {
    const std::string call = text.substr(at, text.find(");", at) - at);
    out.merge(found(call, "\\{\"([a-z_]+)\","));
  }
  return out;
}

Words missing_on_page(const Words& names) {
  const std::string text = test::operations_page();
  Words out;
  for (const std::string& name : names) {
    if (text.find("`" + name + "`") == std::string::npos) out.insert(name);
  }
  return out;
}

// Ours, and those that others have given their names.
const std::string kMetric = "((?:postern|process|workqueue|rest_client|leader_election)_[a-z_]+)";

TEST(OperationsPage, has_every_metric_of_the_code_and_no_other) {
  // Names of metrics are written whole where they are registered, so they can be found.
  const Words of_code =
      found_in_code([](const std::string& text) { return found(text, "\"" + kMetric + "\""); });
  EXPECT_TRUE(of_code.contains("process_open_fds"));
  EXPECT_EQ(
      found(test::operations_page(), "\\| `" + kMetric + "` \\| (?:counter|gauge|histogram) "),
      of_code);
}

TEST(OperationsPage, calls_a_histogram_what_is_one) {
  const Words of_code = found_in_code(
      [](const std::string& text) { return found(text, "histogram\\(\\s*\"" + kMetric + "\""); });
  EXPECT_FALSE(of_code.empty());
  EXPECT_EQ(found(test::operations_page(), "\\| `" + kMetric + "` \\| histogram \\|"), of_code);
}

TEST(OperationsPage, gives_each_program_its_flags_and_no_other) {
  CLI::App run;
  RunOptions run_options;
  add_run_flags(run, run_options);
  EXPECT_EQ(test::flags_on_page("run"), test::flags_of(run));

  CLI::App controller;
  controller_app::ControllerOptions controller_options;
  controller_app::add_controller_flags(controller, controller_options);
  EXPECT_EQ(test::flags_on_page("controller"), test::flags_of(controller));

  CLI::App proxy;
  proxy_app::RemoteOptions proxy_options;
  proxy_app::add_remote_flags(proxy, proxy_options);
  EXPECT_EQ(test::flags_on_page("proxy"), test::flags_of(proxy));
}

TEST(OperationsPage, has_every_log_field) {
  const Words constants = found(test::text_of_source("common/base/log.h"),
                                "std::string_view k[A-Za-z]+ = \"([a-z_]+)\"");
  EXPECT_FALSE(constants.empty());
  EXPECT_EQ(missing_on_page(constants), Words{});
  const Words literals = found_in_code(literal_fields);
  EXPECT_TRUE(literals.contains("retry_ms"));
  EXPECT_EQ(missing_on_page(literals), Words{});
}

}  // namespace
}  // namespace postern::run
