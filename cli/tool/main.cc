// postern: the tool for people. What its words mean is in command_line; what they do, in cli/run,
// check, certgen and why.
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cli/run/run.h"
#include "cli/tool/certgen.h"
#include "cli/tool/check.h"
#include "cli/tool/command_line.h"
#include "cli/tool/why.h"
#include "cli/tool/why_flags.h"
#include "cli/tool/why_object.h"
#include "common/process/process.h"

namespace postern::tool {
namespace {

int carry_out(const Answered& answered) { return process::say(answered); }
int carry_out(const run::RunOptions& options) { return run::run(options); }
int carry_out(const CheckOptions& options) { return process::say(check(options.paths)); }
int carry_out(const CertgenOptions& options) { return process::say(certgen(options)); }
int carry_out(const WhyOptions& options) {
  return process::say(asks_a_controller(options) ? why_object(options) : why(options));
}

}  // namespace
}  // namespace postern::tool

int main(int argc, char** argv) {
  using namespace postern;
  process::prepare_process();
  try {
    const tool::Command command =
        tool::read_command_line(std::vector<std::string>(argv + 1, argv + argc));
    return std::visit([](const auto& what) { return tool::carry_out(what); }, command);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "postern: could not start: %s\n", error.what());
    return process::kExitProblems;
  }
}
