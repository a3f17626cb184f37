#include "controller/kube/credentials.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/certificates.h"
#include "tests/support/kept_lines.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temporary_folder.h"

namespace postern::kube {
namespace {

class TokenFile : public testing::Test {
 protected:
  TokenFile() { access_.token.file = path_; }
  void write(const std::string& octets) const { std::ofstream(path_) << octets; }

  test::TemporaryFolder folder_;
  std::string path_ = folder_ / "token";
  ApiAccess access_;
  test::ManualClock clock_;
  test::KeptLines log_;
};

TEST_F(TokenFile, is_read_without_its_line_end) {
  write(" abc.def \r\n");
  Credentials credentials(access_, clock_, log_);
  EXPECT_EQ(credentials.token(), "abc.def");
}

TEST_F(TokenFile, is_read_again_after_a_minute_and_not_before) {
  write("one");
  Credentials credentials(access_, clock_, log_);
  EXPECT_EQ(credentials.token(), "one");
  write("two");
  clock_.pass(Duration{59'999});
  EXPECT_EQ(credentials.token(), "one");
  clock_.pass(Duration{1});
  EXPECT_EQ(credentials.token(), "two");
}

TEST_F(TokenFile, is_read_again_when_the_server_does_not_take_it) {
  write("one");
  Credentials credentials(access_, clock_, log_);
  EXPECT_EQ(credentials.token(), "one");
  write("two");
  EXPECT_TRUE(credentials.read_again());
  EXPECT_EQ(credentials.token(), "two");
}

TEST_F(TokenFile, does_not_care_when_somebody_sets_the_clock) {
  write("one");
  Credentials credentials(access_, clock_, log_);
  EXPECT_EQ(credentials.token(), "one");
  write("two");
  clock_.jump(std::chrono::hours{-24});
  EXPECT_EQ(credentials.token(), "one");
}

TEST_F(TokenFile, leaves_the_token_of_before_when_it_is_empty_away_or_wrong) {
  write("one");
  Credentials credentials(access_, clock_, log_);
  EXPECT_EQ(credentials.token(), "one");
  for (const std::string& octets :
       {std::string(), std::string(" \n"), std::string("s3cret\r\nX: y"),
        std::string("s3cret\0x", 8), "s3cret" + std::string(kMaxTokenOctets, 'x')}) {
    write(octets);
    EXPECT_TRUE(credentials.read_again());
    EXPECT_EQ(credentials.token(), "one");
  }
  std::filesystem::remove(path_);
  EXPECT_TRUE(credentials.read_again());
  EXPECT_EQ(credentials.token(), "one");
  EXPECT_GE(log_.count("API server"), 2U);
  EXPECT_EQ(log_.count("s3cret"), 0U);
}

TEST_F(TokenFile, is_complained_of_once_and_again_after_it_was_well) {
  Credentials credentials(access_, clock_, log_);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(credentials.token(), "");
    clock_.pass(kTokenPeriod);
  }
  EXPECT_EQ(log_.count("API server"), 1U);
  write("one");
  EXPECT_EQ(credentials.token(), "one");
  std::filesystem::remove(path_);
  EXPECT_TRUE(credentials.read_again());
  EXPECT_EQ(log_.count("API server"), 2U);
}

TEST_F(TokenFile, is_no_pipe_that_would_make_us_wait) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  Credentials credentials(access_, clock_, log_);
  EXPECT_EQ(credentials.token(), "");
}

TEST(GivenToken, cannot_be_read_again) {
  ApiAccess access;
  access.token.given = SharedSecret("abc\n");
  const test::ManualClock clock;
  test::KeptLines log;
  Credentials credentials(access, clock, log);
  EXPECT_EQ(credentials.token(), "abc");
  EXPECT_FALSE(credentials.read_again());
}

class AuthoritiesFile : public testing::Test {
 protected:
  AuthoritiesFile() {
    access_.host = "api.test";
    access_.authorities.file = path_;
  }
  // As a mounted volume changes: another file takes the name.
  void replace(const std::string& octets) const {
    std::ofstream(path_ + ".new") << octets;
    std::filesystem::rename(path_ + ".new", path_);
  }
  [[nodiscard]] static std::string some() {
    return std::string(test::Authority().bundle().ca_pem.text());
  }

  test::TemporaryFolder folder_;
  std::string path_ = folder_ / "ca.crt";
  ApiAccess access_;
  test::ManualClock clock_;
  test::KeptLines log_;
};

TEST_F(AuthoritiesFile, is_read_again_when_it_is_another_file) {
  replace(some());
  Credentials credentials(access_, clock_, log_);
  const TlsContext first = *credentials.tls();
  EXPECT_EQ(*credentials.tls(), first);
  replace(some());
  const TlsContext second = *credentials.tls();
  EXPECT_NE(second, first);
  EXPECT_EQ(*credentials.tls(), second);
}

TEST_F(AuthoritiesFile, leaves_those_of_before_when_it_is_broken_empty_or_away) {
  replace(some());
  Credentials credentials(access_, clock_, log_);
  const TlsContext first = *credentials.tls();
  for (const std::string& octets :
       {std::string(), std::string("nonsense"), some() + "-----BEGIN CERTIFICATE-----\nAAAA\n"}) {
    replace(octets);
    EXPECT_EQ(*credentials.tls(), first);
  }
  std::filesystem::remove(path_);
  EXPECT_EQ(*credentials.tls(), first);
  EXPECT_EQ(*credentials.tls(), first);
  EXPECT_EQ(log_.count("stay in force"), 3U);
  replace(some());
  EXPECT_NE(*credentials.tls(), first);
}

TEST_F(AuthoritiesFile, is_complained_of_once_though_the_token_is_well) {
  replace(some());
  access_.token.file = folder_ / "token";
  std::ofstream(access_.token.file) << "one";
  Credentials credentials(access_, clock_, log_);
  const TlsContext first = *credentials.tls();
  replace("nonsense");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(credentials.token(), "one");
    EXPECT_EQ(*credentials.tls(), first);
    clock_.pass(kTokenPeriod);
  }
  EXPECT_EQ(log_.count("stay in force"), 1U);
}

TEST_F(AuthoritiesFile, does_not_become_the_systems_when_it_is_empty) {
  replace("");
  Credentials credentials(access_, clock_, log_);
  EXPECT_EQ(credentials.tls().error(), path_ + ": it is empty");
}

TEST(ClientCertificate, must_fit_its_key) {
  const test::Authority authority;
  const config::KeyPair one = authority.issue({"one"});
  const config::KeyPair other = authority.issue({"other"});
  EXPECT_TRUE(make_tls_context({{}, one.chain_pem.text(), one.key_pem.reveal()}));
  EXPECT_FALSE(make_tls_context({{}, one.chain_pem.text(), other.key_pem.reveal()}));
  EXPECT_FALSE(make_tls_context({{}, one.chain_pem.text(), {}}));
  EXPECT_FALSE(make_tls_context({{}, {}, one.key_pem.reveal()}));
}

TEST(PlainAccess, needs_no_tls) {
  ApiAccess access;
  access.tls = false;
  const test::ManualClock clock;
  test::KeptLines log;
  Credentials credentials(access, clock, log);
  const auto context = credentials.tls();
  ASSERT_TRUE(context);
  EXPECT_EQ(*context, nullptr);
}

}  // namespace
}  // namespace postern::kube
