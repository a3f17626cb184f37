// The command line of `postern`, read into what is to be done, or answered at once (help, version,
// a wrong flag). Prints nothing and does nothing, so that tests can read the answers.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/run/options.h"

namespace postern::tool {

// Exit codes of every command; docs/operations.md lists them.
inline constexpr int kExitDone = 0;
inline constexpr int kExitProblems = 1;
inline constexpr int kExitUsage = 2;

struct CheckOptions {
  std::vector<std::string> paths;  // files, directories
};

struct Answered {
  int exit_code = kExitDone;
  std::string out = {};  // to stdout
  std::string err = {};  // to stderr: one line
};

using Command = std::variant<Answered, run::RunOptions, CheckOptions>;

// `words` without the program's name.
[[nodiscard]] Command read_command_line(std::vector<std::string> words);

}  // namespace postern::tool
