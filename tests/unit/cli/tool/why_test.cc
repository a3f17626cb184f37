#include "cli/tool/why.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace postern::tool {
namespace {

constexpr const char* kExample = R"(apiVersion: postern.dev/v1alpha1
kind: MailServer
metadata: {name: example, namespace: mail}
spec:
  hostnames: [mail.example.com]
  protocols:
    imap: {listeners: [{port: 143, tls: Disabled, plaintext: Allow}]}
  backends:
  - name: dovecot
    addresses: [{name: a, address: 127.0.0.11}]
    ports: [{protocol: IMAP, port: 143}]
    tls: {mode: Disabled}
)";
constexpr const char* kWrongClass = R"(apiVersion: postern.dev/v1alpha1
kind: MailClass
metadata: {name: postern}
spec: {egres: {}}
)";

class WhyTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("why-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void put(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }
  [[nodiscard]] WhyOptions joe() const {
    WhyOptions out;
    out.paths = {folder_.string()};
    out.user = "joe@example.com";
    out.source = IpAddress::v4({192, 0, 2, 7});
    return out;
  }

  std::filesystem::path folder_;
};

TEST_F(WhyTest, serves_nobody_by_a_class_that_cannot_be_read) {
  put("mail.yaml", kExample);
  EXPECT_EQ(why(joe()).exit_code, 0) << why(joe()).out;
  put("class.yaml", kWrongClass);
  const process::Answered answer = why(joe());
  EXPECT_EQ(answer.exit_code, 1) << answer.out;
  EXPECT_NE(answer.err.find("see postern check"), std::string::npos) << answer.err;
}

TEST_F(WhyTest, serves_whom_another_class_is_broken_for) {
  put("mail.yaml", kExample);
  put("class.yaml", kWrongClass);
  WhyOptions internal = joe();
  internal.ingress_class = "internal";
  EXPECT_EQ(why(internal).exit_code, 0) << why(internal).out;
}

TEST_F(WhyTest, counts_the_shares_of_backends_that_have_the_protocol) {
  put("mail.yaml", R"(apiVersion: postern.dev/v1alpha1
kind: MailServer
metadata: {name: example, namespace: mail}
spec:
  hostnames: [mail.example.com]
  protocols:
    imap: {listeners: [{port: 143, tls: Disabled, plaintext: Allow}]}
  backends:
  - name: one
    addresses: [{name: a, address: 127.0.0.11}]
    ports: [{protocol: IMAP, port: 143}]
    tls: {mode: Disabled}
  - name: two
    addresses: [{name: b, address: 127.0.0.12}]
    ports: [{protocol: IMAP, port: 143}]
    tls: {mode: Disabled}
  - {name: pop3-alone, service: {name: pop3}}
  routing:
    rules:
    - name: split
      match: {domains: [example.com]}
      backends: [{name: one, weight: 30}, {name: two, weight: 30}, {name: pop3-alone, weight: 40}]
    - name: left
      match: {domains: [example.org]}
      backends: [{name: one, weight: 30}, {name: pop3-alone, weight: 70}]
---
apiVersion: v1
kind: Service
metadata: {name: pop3, namespace: mail, annotations: {postern.dev/addresses: 127.0.0.13}}
spec: {ports: [{name: pop3, port: 110}]}
)");
  WhyOptions who = joe();
  EXPECT_NE(why(who).out.find("by rule split, in the share of 30 of 60\n"), std::string::npos)
      << why(who).out;
  who.user = "joe@example.org";
  EXPECT_NE(why(who).out.find("backend     one, by rule left\n"), std::string::npos)
      << why(who).out;
}

}  // namespace
}  // namespace postern::tool
