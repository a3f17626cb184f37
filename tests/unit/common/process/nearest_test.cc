#include "common/process/nearest.h"

#include <gtest/gtest.h>

namespace postern::process {
namespace {

TEST(Nearest, finds_what_was_meant) {
  const std::vector<std::string> known = {"--workers",        "--port-offset", "--strict",
                                          "--listen-address", "--log-level",   "--log-format"};
  EXPECT_EQ(nearest("--worker", known), "--workers");
  EXPECT_EQ(nearest("-workers", known), "--workers");
  EXPECT_EQ(nearest("--WORKERS", known), "--workers");
  EXPECT_EQ(nearest("--prot-offset", known), "--port-offset");
  EXPECT_EQ(nearest("--listen", known), "--listen-address");
  EXPECT_EQ(nearest("--loglevel", known), "--log-level");
}

TEST(Nearest, gives_nothing_for_another_word) {
  EXPECT_EQ(nearest("--kubeconfig", {"--workers", "--strict"}), "");
  EXPECT_EQ(nearest("-", {"--workers"}), "");
  EXPECT_EQ(nearest(std::string(100'000, 'w'), {"--workers"}), "");
}

}  // namespace
}  // namespace postern::process
