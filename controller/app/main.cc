// postern-controller: reads what people wrote and tells proxies what it means.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "common/process/heap.h"
#include "common/process/process.h"
#include "common/process/usage.h"
#include "controller/app/program.h"

int main(int argc, char** argv) {
  using namespace postern;
  process::prepare_process();
  process::keep_heap_small();
  try {
    CLI::App app{"Postern, a mail ingress controller: the controller", "postern-controller"};
    controller_app::ControllerOptions options;
    process::add_standing_flags(app);
    controller_app::add_controller_flags(app, options);
    if (auto answered = process::parse(app, std::vector<std::string>(argv + 1, argv + argc))) {
      return process::say(*answered);
    }
    if (auto missing = controller_app::what_is_missing(options)) {
      return process::say(process::usage({app, app}, *missing));
    }
    return controller_app::serve(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "postern-controller: could not start: %s\n", error.what());
    return process::kExitProblems;
  }
}
