#include "cli/run/options.h"

#include <CLI/CLI.hpp>

namespace postern::run {
namespace {

// A flag that is read and does nothing would be a promise; until it is kept, it is refused.
void add_refused_flag(CLI::App& app, const std::string& name, const std::string& says) {
  proxy_app::add_flag(app, {name, "DIR", says + " (not supported yet)", ""},
                      [](const std::string&) { return "not supported yet; leave it out"; });
}

}  // namespace

void add_run_flags(CLI::App& app, RunOptions& options) {
  app.add_option("DIR", options.directory, "the directory of manifests")->type_name("");
  proxy_app::add_proxy_flags(app, options.proxy);
  app.add_flag("--strict", options.strict, "end with 1 when the first load has a problem")
      ->envname(proxy_app::variable_of("--strict"));
  add_refused_flag(app, "--status-dir", "where status files are written");
  add_refused_flag(app, "--state-dir", "where the last good configuration is kept");
}

}  // namespace postern::run
