// docs/operations.md as tests read it: which flags it gives to which program. Rows look like
//   | `--class CLASS` | `POSTERN_CLASS` | run, proxy | ...
#pragma once

#include <regex>
#include <set>
#include <string>

#include <CLI/CLI.hpp>

#include "tests/support/source_text.h"

namespace postern::test {

inline std::string operations_page() { return text_of_source("docs/operations.md"); }

// "--class POSTERN_CLASS", of each row that names the program.
inline std::set<std::string> flags_on_page(const std::string& program) {
  const std::string page = operations_page();
  const std::regex row("\n\\| `(--[a-z-]+)[^`\n]*` \\| `(POSTERN_[A-Z_]+)` \\| ([a-z, ]+) \\|");
  std::set<std::string> out;
  for (std::sregex_iterator it(page.begin(), page.end(), row), end; it != end; ++it) {
    const std::string programs = ", " + (*it)[3].str() + ",";
    if (programs.find(", " + program + ",") == std::string::npos) continue;
    out.insert((*it)[1].str() + " " + (*it)[2].str());
  }
  return out;
}

// The same of a program's own list.
inline std::set<std::string> flags_of(const CLI::App& app) {
  std::set<std::string> out;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_envname().empty()) continue;
    out.insert(option->get_name() + " " + option->get_envname());
  }
  return out;
}

}  // namespace postern::test
