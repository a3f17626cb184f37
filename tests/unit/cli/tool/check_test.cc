#include "cli/tool/check.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace postern::tool {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMailServer = R"(apiVersion: postern.dev/v1alpha1
kind: MailServer
metadata: {name: example, namespace: mail}
spec:
  hostnames: [mail.example.com]
  protocols:
    imap:
      listeners:
      - {port: 143, tls: Disabled, plaintext: Allow}
  backends:
  - name: dovecot
    addresses: [{name: a, address: 127.0.0.11}]
    ports: [{protocol: IMAP, port: 143}]
    tls: {mode: Disabled}
)";

class CheckTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(testing::TempDir()) /
        ("check-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string put(const std::string& name, const std::string& text) const {
    const fs::path file = folder_ / name;
    std::ofstream(file) << text;
    return file.string();
  }

  fs::path folder_;
};

TEST_F(CheckTest, a_good_file_ends_with_0_although_it_is_warned_of) {
  const process::Answered answer = check({put("mail.yaml", kMailServer)});
  EXPECT_EQ(answer.exit_code, 0) << answer.out << answer.err;
  EXPECT_NE(answer.out.find("0 problems, "), std::string::npos) << answer.out;
}

TEST_F(CheckTest, a_directory_is_read_whole) {
  put("mail.yaml", kMailServer);
  EXPECT_EQ(check({folder_.string()}).exit_code, 0);
}

TEST_F(CheckTest, a_wrong_field_is_named_with_file_and_line) {
  std::string text = kMailServer;
  text.replace(text.find("hostnames"), 9, "hostnamez");
  const std::string file = put("mail.yaml", text);
  const process::Answered answer = check({file});
  EXPECT_EQ(answer.exit_code, 1);
  EXPECT_NE(answer.out.find(file + ":5:"), std::string::npos) << answer.out;
  EXPECT_NE(answer.out.find("hostnamez"), std::string::npos) << answer.out;
}

TEST_F(CheckTest, what_only_the_builder_sees_is_told) {
  std::string text = kMailServer;
  text.replace(text.find("{port: 143, tls: Disabled, plaintext: Allow}"), 44, "{port: 993}");
  const process::Answered answer = check({put("mail.yaml", text)});  // no certificate
  EXPECT_EQ(answer.exit_code, 1) << answer.out;
}

TEST_F(CheckTest, another_class_is_checked_too) {
  std::string text = kMailServer;
  text.replace(text.find("{port: 143, tls: Disabled, plaintext: Allow}"), 44, "{port: 993}");
  text.replace(text.find("spec:\n"), 6, "spec:\n  ingressClassName: internal\n");
  EXPECT_EQ(check({put("mail.yaml", text)}).exit_code, 1);
}

TEST_F(CheckTest, nobody_is_served_by_a_class_that_cannot_be_read) {
  put("mail.yaml", kMailServer);
  put("class.yaml", R"(apiVersion: postern.dev/v1alpha1
kind: MailClass
metadata: {name: postern}
spec: {egres: {}}
)");
  const process::Answered answer = check({folder_.string()});
  EXPECT_EQ(answer.exit_code, 1);
  EXPECT_NE(answer.out.find("MailServer mail/example: "), std::string::npos) << answer.out;
  EXPECT_NE(answer.out.find("nothing is served until it is right"), std::string::npos)
      << answer.out;
}

TEST_F(CheckTest, a_class_that_no_mail_server_names_is_checked_too) {
  put("class.yaml", R"(apiVersion: postern.dev/v1alpha1
kind: MailClass
metadata: {name: internal}
spec:
  proxyProtocol: {trustedServiceRefs: [{name: balancer, namespace: ingress}]}
)");
  const process::Answered answer = check({folder_.string()});
  EXPECT_EQ(answer.exit_code, 1) << answer.out;
  EXPECT_NE(answer.out.find("MailClass internal: "), std::string::npos) << answer.out;
}

TEST_F(CheckTest, the_same_object_in_two_files_is_a_problem) {
  const process::Answered answer = check({put("a.yaml", kMailServer), put("b.yaml", kMailServer)});
  EXPECT_EQ(answer.exit_code, 1);
  EXPECT_NE(answer.out.find("is written twice"), std::string::npos) << answer.out;
}

TEST_F(CheckTest, a_file_that_is_not_there_is_told) {
  const process::Answered answer = check({(folder_ / "none.yaml").string()});
  EXPECT_EQ(answer.exit_code, 1);
  EXPECT_NE(answer.err.find("none.yaml"), std::string::npos) << answer.err;
}

}  // namespace
}  // namespace postern::tool
