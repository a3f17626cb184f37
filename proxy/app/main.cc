// postern-proxy: serves clients by what its controller tells it.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "common/process/process.h"
#include "common/process/usage.h"
#include "proxy/app/program.h"

int main(int argc, char** argv) {
  using namespace postern;
  process::prepare_process();
  try {
    CLI::App app{"Postern, a mail ingress controller: the proxy", "postern-proxy"};
    proxy_app::RemoteOptions options;
    process::add_standing_flags(app);
    proxy_app::add_remote_flags(app, options);
    if (auto answered = process::parse(app, std::vector<std::string>(argv + 1, argv + argc))) {
      return process::say(*answered);
    }
    if (auto missing = proxy_app::what_is_missing(options)) {
      return process::say(process::usage({app, app}, *missing));
    }
    return proxy_app::serve(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "postern-proxy: could not start: %s\n", error.what());
    return process::kExitProblems;
  }
}
