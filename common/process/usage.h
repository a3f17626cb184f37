// A wrong command line is one line that says what was meant; help and version are answers too.
// Prints nothing, so that tests can read the answers. Called by each program's command line.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace postern::process {

// Exit codes of every program; docs/operations.md lists them.
inline constexpr int kExitDone = 0;
inline constexpr int kExitProblems = 1;
inline constexpr int kExitUsage = 2;

struct Answered {
  int exit_code = kExitDone;
  std::string out = {};  // to stdout
  std::string err = {};  // to stderr: one line
};

// Which words stand where, for "did you mean".
struct Usage {
  const CLI::App& app;      // whole
  const CLI::App& current;  // the command that was being read; `app` where there is none
  std::vector<std::string> commands = {};
};

[[nodiscard]] Answered usage(const Usage& of, std::string sentence);
[[nodiscard]] Answered usage_error(const Usage& of, const CLI::ParseError& error);

// --help and --version, for a program of that name.
void add_standing_flags(CLI::App& app);

// Reads the words (without the program's name). An answer: nothing more is to be done. `current`
// says which command was read when parsing ended.
[[nodiscard]] std::optional<Answered> parse(CLI::App& app, std::vector<std::string> words,
                                            const std::function<Usage()>& where);
// A program without commands.
[[nodiscard]] std::optional<Answered> parse(CLI::App& app, std::vector<std::string> words);

// Prints it; gives the exit code.
[[nodiscard]] int say(const Answered& answered);

}  // namespace postern::process
