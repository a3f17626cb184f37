// A page of docs/ that is printed from the code: the committed one must be equal. With
// POSTERN_REWRITE=1 in the environment it is written anew instead.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/source_dir.h"

namespace postern::test {

inline void expect_committed(const std::string& path, const std::string& printed) {
  const std::string file = std::string(postern::test::kSourceDir) + "/" + path;
  if (std::getenv("POSTERN_REWRITE") != nullptr) {
    std::ofstream(file, std::ios::binary) << printed;
  }
  std::ifstream in(file, std::ios::binary);
  const std::string committed{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(committed, printed) << path << " is out of date: run this test with POSTERN_REWRITE=1";
}

}  // namespace postern::test
