// A file of the checkout, as text.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/source_dir.h"

namespace postern::test {

inline std::string text_of_source(const std::string& path) {
  std::ifstream in(std::string(kSourceDir) + "/" + path);
  EXPECT_TRUE(in.good()) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace postern::test
