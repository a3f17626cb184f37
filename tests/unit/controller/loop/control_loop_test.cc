#include "controller/loop/control_loop.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace postern::loop {
namespace {

using model::MailServer;

// Gives what the test put there, one load after the other.
class FakeSource final : public source::ObjectSource {
 public:
  Result<source::Loaded, std::string> load() override {
    auto next = std::move(loads.front());
    loads.pop_front();
    return next;
  }
  std::deque<Result<source::Loaded, std::string>> loads;
};

class FakePublisher final : public publish::Publisher {
 public:
  std::string publish(publish::Publication publication) override {
    publications.push_back(std::move(publication));
    return "v" + std::to_string(publications.size());
  }
  std::vector<publish::Publication> publications;
};

class NoonClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return Instant{}; }
  [[nodiscard]] WallTime wall() const override { return WallTime{std::chrono::hours(500'000)}; }
};

MailServer mail_server(const std::string& name, std::uint16_t port) {
  MailServer server;
  server.meta.key = {"MailServer", "mail", name};
  server.hostnames = {name + ".example"};
  model::ProtocolSpec imap;
  imap.listeners = {{.port = port, .tls = "Disabled", .plaintext = "Allow"}};
  server.protocols = {imap};
  model::BackendSpec backend;
  backend.name = "dovecot";
  backend.where = model::AddressesBackend{{{.name = "a", .address = "127.0.0.11"}}};
  backend.ports.emplace_back().port = std::uint16_t{143};
  backend.tls.mode = "Disabled";
  server.backends = {backend};
  return server;
}

model::Problem refusal(const std::string& name) {
  model::Problem problem;
  problem.object = {"MailServer", "mail", name};
  problem.place = {"mail.yaml", 3, 5};
  problem.field = "spec.hostnames";
  problem.reason = "InvalidField";
  problem.message = "is required";
  return problem;
}

class ControlLoopTest : public testing::Test {
 protected:
  LoadReport load(source::Loaded loaded) {
    source_.loads.emplace_back(std::move(loaded));
    return loop_.load_all();
  }

  FakeSource source_;
  FakePublisher publisher_;
  NoonClock clock_;
  std::unique_ptr<Log> log_ = make_null_log();
  ControlLoop loop_{{source_, publisher_, clock_, *log_}, "postern"};
};

TEST_F(ControlLoopTest, what_is_served_is_published_and_named_with_its_ports) {
  const LoadReport report = load({.objects = {mail_server("a", 143)}, .problems = {}});
  ASSERT_EQ(report.served.size(), 1U);
  EXPECT_EQ(report.served[0].path, "mail/a");
  EXPECT_EQ(report.served[0].ports, std::vector<std::uint16_t>{143});
  EXPECT_FALSE(report.has_refusals());
  ASSERT_EQ(publisher_.publications.size(), 1U);
  EXPECT_EQ(publisher_.publications[0].resources.size(), report.resources);
  EXPECT_GT(report.resources, 0U);
  EXPECT_EQ(publisher_.publications[0].caused_at, clock_.wall());
}

TEST_F(ControlLoopTest, a_refused_mail_server_is_told_and_the_others_are_served) {
  const LoadReport report = load({.objects = {mail_server("a", 143)}, .problems = {refusal("b")}});
  ASSERT_FALSE(report.complaints.empty());
  EXPECT_EQ(report.complaints[0].text,
            "mail.yaml:3:5: MailServer mail/b: spec.hostnames: is required");
  EXPECT_EQ(report.complaints[0].object, "mail/b");
  EXPECT_EQ(report.complaints[0].reason, "InvalidField");
  EXPECT_TRUE(report.has_refusals());
  EXPECT_EQ(report.not_served, std::vector<std::string>{"mail/b"});
  EXPECT_EQ(report.served.size(), 1U);
}

TEST_F(ControlLoopTest, a_mail_server_with_two_problems_is_not_served_once) {
  const LoadReport report = load({.objects = {}, .problems = {refusal("b"), refusal("b")}});
  EXPECT_EQ(report.complaints.size(), 2U);
  EXPECT_EQ(report.not_served, std::vector<std::string>{"mail/b"});
}

TEST_F(ControlLoopTest, a_warning_refuses_nothing) {
  model::Problem warning = refusal("a");
  warning.severity = model::Severity::Warning;
  const LoadReport report = load({.objects = {mail_server("a", 143)}, .problems = {warning}});
  ASSERT_FALSE(report.complaints.empty());
  EXPECT_EQ(report.complaints[0].object, "mail/a");
  EXPECT_FALSE(report.has_refusals());
  EXPECT_TRUE(report.not_served.empty());
}

TEST_F(ControlLoopTest, a_source_that_fails_publishes_nothing) {
  source_.loads.emplace_back(Fail<std::string>("the directory d cannot be read"));
  const LoadReport report = loop_.load_all();
  EXPECT_EQ(report.source_failure, "the directory d cannot be read");
  EXPECT_TRUE(report.has_refusals());
  EXPECT_TRUE(publisher_.publications.empty());
}

TEST_F(ControlLoopTest, an_empty_world_is_published_as_such) {
  const LoadReport report = load({});
  EXPECT_TRUE(report.served.empty());
  ASSERT_EQ(publisher_.publications.size(), 1U);
  EXPECT_TRUE(publisher_.publications[0].resources.empty());
}

TEST_F(ControlLoopTest, another_class_is_left_alone_and_said_so) {
  MailServer other = mail_server("a", 143);
  other.ingress_class_name = "internal";
  const LoadReport report = load({.objects = {other}, .problems = {}});
  EXPECT_TRUE(report.served.empty());
  EXPECT_TRUE(report.not_served.empty());
  EXPECT_FALSE(report.has_refusals());
  ASSERT_EQ(report.complaints.size(), 1U);
  EXPECT_NE(report.complaints[0].text.find("is internal, and the class postern is served here"),
            std::string::npos)
      << report.complaints[0].text;
}

TEST_F(ControlLoopTest, a_second_load_replaces_the_world) {
  (void)load({.objects = {mail_server("a", 143)}, .problems = {}});
  const LoadReport report = load({.objects = {mail_server("b", 1143)}, .problems = {}});
  ASSERT_EQ(report.served.size(), 1U);
  EXPECT_EQ(report.served[0].path, "mail/b");
  EXPECT_EQ(publisher_.publications.size(), 2U);
}

}  // namespace
}  // namespace postern::loop
