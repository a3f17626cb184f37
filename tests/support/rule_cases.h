// The table of rules in tests/golden/rules: documents that break one rule each. The same files are
// put before a real API server (tests/kube), so that both give the same verdicts.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/source_dir.h"

namespace postern::test {

struct RuleCase {
  std::string words;   // the beginning of what is told
  std::string broken;  // fields of a spec, in flow form
  std::string kept;
};

// Three lines a case, `words: broken: kept:`, and an empty one before each.
inline std::vector<RuleCase> rule_cases(const std::string& file) {
  std::ifstream in(std::string(kSourceDir) + "/tests/golden/rules/" + file);
  EXPECT_TRUE(in) << file;
  std::vector<RuleCase> out;
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) out.emplace_back();
    if (line.empty() || line.starts_with('#')) continue;
    const auto begins = line.find_first_not_of(' ', line.find(':') + 1);
    std::string RuleCase::* field = line.starts_with("words:")    ? &RuleCase::words
                                    : line.starts_with("broken:") ? &RuleCase::broken
                                                                  : &RuleCase::kept;
    out.back().*field = line.substr(begins);
  }
  EXPECT_GE(out.size(), 20U) << file;
  return out;
}

}  // namespace postern::test
