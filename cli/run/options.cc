#include "cli/run/options.h"

#include <CLI/CLI.hpp>

#include "controller/app/options.h"

namespace postern::run {

void add_run_flags(CLI::App& app, RunOptions& options) {
  app.add_option("DIR", options.directory, "the directory of manifests")->type_name("");
  proxy_app::add_proxy_flags(app, options.proxy);
  controller_app::add_status_flag(app, options.status_dir);
  app.add_flag("--strict", options.strict, "end with 1 when the first load has a problem")
      ->envname(process::variable_of("--strict"));
}

}  // namespace postern::run
