#include "cli/tool/certgen.h"

#include <algorithm>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"
#include "tests/support/stream_certificates.h"

namespace postern::tool {
namespace {

class CertgenCommandTest : public testing::Test {
 protected:
  process::Answered run(const std::string& ingress_class = "mail") {
    return certgen({folder_ / "certs", ingress_class}, clock_);
  }
  static long lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

  test::TemporaryFolder folder_;
  test::ManualClock clock_;
};

TEST_F(CertgenCommandTest, says_of_each_file_what_it_did_and_until_when) {
  const auto answer = run();
  EXPECT_EQ(answer.exit_code, 0);
  EXPECT_EQ(answer.err, "");
  EXPECT_EQ(lines(answer.out), 8) << answer.out;
  const std::string leaf =
      "written " + folder_.path() + "/certs/proxy/tls.crt, valid until 2027-04-15T08:00:00Z\n";
  EXPECT_NE(answer.out.find(leaf), std::string::npos) << answer.out;
  EXPECT_NE(answer.out.find("written " + folder_.path() + "/certs/ca.key\n"), std::string::npos);
}

TEST_F(CertgenCommandTest, says_that_it_kept_what_is_valid) {
  (void)run();
  const auto answer = run();
  EXPECT_EQ(answer.exit_code, 0);
  EXPECT_EQ(answer.out.find("written"), std::string::npos) << answer.out;
  EXPECT_EQ(lines(answer.out), 8);
}

TEST_F(CertgenCommandTest, warns_and_goes_on_when_a_leaf_cannot_be_renewed_yet) {
  (void)run();
  std::filesystem::remove(folder_ / "certs/ca.key");
  clock_.pass(std::chrono::hours(24 * 61));
  const auto answer = run();
  EXPECT_EQ(answer.exit_code, 0);
  EXPECT_EQ(lines(answer.err), 1) << answer.err;  // two warnings, and no line end behind
  EXPECT_NE(answer.err.find("warning: "), std::string::npos);
}

TEST_F(CertgenCommandTest, ends_with_1_and_one_sentence_when_it_cannot) {
  const auto answer = run("No Class");
  EXPECT_EQ(answer.exit_code, 1);
  EXPECT_EQ(answer.out, "");
  EXPECT_TRUE(answer.err.starts_with("postern certgen: 'No Class' is not")) << answer.err;
  EXPECT_EQ(lines(answer.err), 0);
}

}  // namespace
}  // namespace postern::tool
