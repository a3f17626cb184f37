// The command line of `postern`, read into what is to be done, or answered at once (help, version,
// a wrong flag). Prints nothing and does nothing, so that tests can read the answers.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/run/options.h"
#include "cli/tool/certgen.h"
#include "cli/tool/why.h"
#include "common/process/usage.h"

namespace postern::tool {

using process::Answered;
using process::kExitDone;
using process::kExitProblems;
using process::kExitUsage;

struct CheckOptions {
  std::vector<std::string> paths;  // files, directories
};

using Command = std::variant<Answered, run::RunOptions, CheckOptions, CertgenOptions, WhyOptions>;

// `words` without the program's name.
[[nodiscard]] Command read_command_line(std::vector<std::string> words);

}  // namespace postern::tool
