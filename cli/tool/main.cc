// postern: the tool for people. What its words mean is in command_line; what they do, in cli/run
// and check.
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cli/run/run.h"
#include "cli/tool/check.h"
#include "cli/tool/command_line.h"
#include "cli/tool/process.h"

namespace postern::tool {
namespace {

int carry_out(const Answered& answered) {
  std::fputs(answered.out.c_str(), stdout);
  if (!answered.err.empty()) std::fprintf(stderr, "%s\n", answered.err.c_str());
  return answered.exit_code;
}

int carry_out(run::RunOptions options) {
  auto& format = options.proxy.log_format;
  if (!format) format = stderr_is_terminal() ? LogFormat::Text : LogFormat::Json;
  return run::run(options);
}

int carry_out(const CheckOptions& options) {
  const CheckAnswer answer = check(options.paths);
  std::fputs(answer.out.c_str(), stdout);
  std::fputs(answer.err.c_str(), stderr);
  return answer.exit_code;
}

}  // namespace
}  // namespace postern::tool

int main(int argc, char** argv) {
  using namespace postern::tool;
  prepare_process();
  try {
    Command command = read_command_line(std::vector<std::string>(argv + 1, argv + argc));
    return std::visit([](auto& what) { return carry_out(std::move(what)); }, command);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "postern: could not start: %s\n", error.what());
    return kExitProblems;
  }
}
