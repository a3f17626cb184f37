// The flags of `postern run`: those of a proxy, and what the directory needs.
#pragma once

#include <string>

#include "proxy/app/options.h"

namespace postern::run {

struct RunOptions {
  std::string directory;
  proxy_app::ProxyOptions proxy;
  std::string status_dir;  // empty: DIR/.postern/status
  bool strict = false;     // a problem in the first load ends the program
};

// `options` outlives the parse.
void add_run_flags(CLI::App& app, RunOptions& options);

}  // namespace postern::run
