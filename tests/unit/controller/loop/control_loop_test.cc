#include "controller/loop/control_loop.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"
#include "tests/support/shown_metrics.h"

namespace postern::loop {
namespace {

using model::MailServer;
using namespace std::chrono_literals;

// Gives what the test put there, one reading after the other; after that nothing changes.
class FakeSource final : public source::ObjectSource {
 public:
  Result<source::Changes, std::string> read() override {
    if (readings.empty()) {
      source::Changes same;
      same.problems = last_problems;
      return same;
    }
    auto next = std::move(readings.front());
    readings.pop_front();
    if (next) last_problems = next->problems;
    return next;
  }
  void wait(Duration most) override {
    waits.push_back(most);
    if (on_wait) on_wait();
  }
  void wake() override { ++wakes; }
  [[nodiscard]] bool in_cluster() const override { return is_cluster; }

  std::deque<Result<source::Changes, std::string>> readings;
  model::Problems last_problems;
  std::vector<Duration> waits;
  std::function<void()> on_wait;
  int wakes = 0;
  bool is_cluster = false;
};

class FakePublisher final : public publish::Publisher {
 public:
  publish::Published publish(publish::Publication publication) override {
    publications.push_back(std::move(publication));
    return {"v" + std::to_string(publications.size()), publications.size()};
  }
  void reach(publish::Revision revision) override { reached.push_back(std::move(revision)); }
  std::vector<publish::Publication> publications;
  std::vector<publish::Revision> reached;
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
  LoadReport load(source::Changes changes) {
    source_.readings.emplace_back(std::move(changes));
    return loop_.load();
  }
  bool round(source::Changes changes) {
    source_.readings.emplace_back(std::move(changes));
    return loop_.round();
  }
  static source::Changes of(std::vector<model::Object> changed, model::Problems problems = {}) {
    source::Changes changes;
    for (model::Object& object : changed) {
      changes.changed.push_back(std::make_shared<const model::Object>(std::move(object)));
    }
    changes.problems = std::move(problems);
    changes.problems_changed = !changes.problems.empty();
    return changes;
  }
  static source::Changes without(const std::string& name) {
    source::Changes changes;
    changes.gone = {{"MailServer", "mail", name}};
    return changes;
  }

  FakeSource source_;
  FakePublisher publisher_;
  test::ManualClock clock_;
  Metrics metrics_;
  std::unique_ptr<Log> log_ = make_null_log();
  std::vector<Round> rounds_;
  ControlLoop loop_{{source_, publisher_, clock_, *log_, metrics_,
                     [this](Round round) { rounds_.push_back(std::move(round)); }},
                    {}};
};

TEST_F(ControlLoopTest, what_is_served_is_published_and_told) {
  const LoadReport report = load(of({mail_server("a", 143)}));
  EXPECT_EQ(report.served, 1U);
  EXPECT_FALSE(report.refusals);
  ASSERT_EQ(publisher_.publications.size(), 1U);
  EXPECT_FALSE(publisher_.publications[0].upserts.empty());
  EXPECT_EQ(publisher_.publications[0].caused_at, clock_.now());
  ASSERT_EQ(rounds_.size(), 1U);
  EXPECT_EQ(rounds_[0].published.sequence, 1U);
  ASSERT_EQ(rounds_[0].verdicts.size(), 1U);
  EXPECT_TRUE(rounds_[0].verdicts[0].accepted);
}

TEST_F(ControlLoopTest, a_refused_mail_server_is_told_and_the_others_are_served) {
  const LoadReport report = load(of({mail_server("a", 143)}, {refusal("b")}));
  EXPECT_TRUE(report.refusals);
  EXPECT_EQ(report.served, 1U);
  ASSERT_EQ(rounds_.size(), 1U);
  ASSERT_EQ(rounds_[0].problems.size(), 1U);
  EXPECT_EQ(rounds_[0].problems[0].object.name, "b");
}

TEST_F(ControlLoopTest, a_warning_refuses_nothing) {
  model::Problem warning = refusal("a");
  warning.severity = model::Severity::Warning;
  EXPECT_FALSE(load(of({mail_server("a", 143)}, {warning})).refusals);
}

TEST_F(ControlLoopTest, a_source_that_fails_publishes_nothing_and_what_was_there_stays) {
  source_.readings.emplace_back(Fail<std::string>("the directory d cannot be read"));
  EXPECT_EQ(loop_.load().source_failure, "the directory d cannot be read");
  EXPECT_TRUE(publisher_.publications.empty());
  (void)load(of({mail_server("a", 143)}));
  source_.readings.emplace_back(Fail<std::string>("the directory d is empty"));
  EXPECT_FALSE(loop_.round());
  EXPECT_EQ(publisher_.publications.size(), 1U);
}

TEST_F(ControlLoopTest, a_source_that_stays_away_is_not_asked_at_line_speed) {
  load(of({mail_server("a", 143)}));
  clock_.pass(1h);
  source_.readings.emplace_back(Fail<std::string>("the directory is gone"));
  EXPECT_FALSE(loop_.round());
  source_.on_wait = [this] { loop_.stop(); };
  loop_.run();
  EXPECT_EQ(source_.waits, std::vector<Duration>{10s});
}

TEST_F(ControlLoopTest, an_empty_world_is_published_as_such) {
  EXPECT_EQ(load({}).served, 0U);
  ASSERT_EQ(publisher_.publications.size(), 1U);
  EXPECT_TRUE(publisher_.publications[0].upserts.empty());
}

TEST_F(ControlLoopTest, another_class_is_left_alone_and_said_so) {
  MailServer other = mail_server("a", 143);
  other.ingress_class_name = "internal";
  const LoadReport report = load(of({other}));
  EXPECT_EQ(report.served, 0U);
  EXPECT_FALSE(report.refusals);
  ASSERT_EQ(rounds_.at(0).problems.size(), 1U);
  EXPECT_NE(rounds_[0].problems[0].message.find("the class postern is served here"),
            std::string::npos);
}

TEST_F(ControlLoopTest, time_and_view_of_a_change_go_with_what_comes_of_it) {
  source::Changes changes = of({mail_server("a", 143)});
  changes.caused_at = clock_.now() - 7ms;
  changes.made_of = {{"mailservers", 10}};
  changes.read_to = {{"mailservers", 90}};
  (void)load(std::move(changes));
  const publish::Publication& publication = publisher_.publications.at(0);
  EXPECT_EQ(publication.caused_at, clock_.now() - 7ms);
  EXPECT_EQ(publication.revision, (publish::Revision{{"mailservers", 10}}));
  EXPECT_EQ(publication.reached, (publish::Revision{{"mailservers", 90}}));
  EXPECT_EQ(rounds_.at(0).caused_at, clock_.now() - 7ms);
}

TEST_F(ControlLoopTest, a_view_that_moves_on_is_told_though_nothing_changed) {
  (void)load(of({mail_server("a", 143)}));
  source::Changes nothing;
  nothing.read_to = {{"secrets", 12}};
  EXPECT_FALSE(round(nothing));
  EXPECT_EQ(publisher_.publications.size(), 1U);
  ASSERT_EQ(publisher_.reached.size(), 1U);
  EXPECT_EQ(publisher_.reached[0], (publish::Revision{{"secrets", 12}}));
}

TEST_F(ControlLoopTest, in_a_cluster_nothing_is_served_without_an_ingress_class) {
  source_.is_cluster = true;
  MailServer server = mail_server("a", 143);
  server.ingress_class_name = "postern";
  EXPECT_EQ(load(of({server})).served, 0U);
  EXPECT_EQ(rounds_.at(0).verdicts.at(0).problems.at(0).reason, "ClassNotFound");
}

TEST_F(ControlLoopTest, ticket_keys_come_with_the_first_round_and_turn_by_themselves) {
  MemoryTickets tickets(clock_);
  ControlLoop loop({source_, publisher_, clock_, *log_, metrics_, {}, &tickets}, {});
  const auto sent = [this]() -> const config::TicketKeys* {
    const auto& upserts = publisher_.publications.back().upserts;
    return upserts.empty() ? nullptr : std::get_if<config::TicketKeys>(&upserts.back()->body);
  };
  source_.readings.emplace_back(of({mail_server("a", 143)}));
  (void)loop.load();
  ASSERT_EQ(publisher_.publications.size(), 1U);
  ASSERT_NE(sent(), nullptr);
  const config::TicketKeys first = *sent();
  source_.readings.emplace_back(of({mail_server("b", 1143)}));
  EXPECT_TRUE(loop.round());
  EXPECT_EQ(sent(), nullptr) << "they are as they were";
  clock_.pass(12h);
  EXPECT_TRUE(loop.round());
  ASSERT_NE(sent(), nullptr);
  EXPECT_EQ(sent()->current, first.next);
  EXPECT_FALSE(loop.round());
}

TEST_F(ControlLoopTest, nothing_new_publishes_nothing) {
  (void)load(of({mail_server("a", 143)}));
  EXPECT_FALSE(loop_.round());
  EXPECT_EQ(publisher_.publications.size(), 1U);
}

TEST_F(ControlLoopTest, a_change_publishes_what_it_touches) {
  (void)load(of({mail_server("a", 143), mail_server("b", 143)}));
  MailServer changed = mail_server("b", 143);
  changed.server_name = "mx.b.example";
  EXPECT_TRUE(round(of({changed})));
  ASSERT_EQ(publisher_.publications.size(), 2U);
  ASSERT_EQ(publisher_.publications[1].upserts.size(), 1U);
  EXPECT_EQ(publisher_.publications[1].upserts[0]->name, "mail/b");
  ASSERT_EQ(rounds_[1].verdicts.size(), 1U);
}

TEST_F(ControlLoopTest, more_than_half_of_all_listeners_do_not_go_at_once) {
  (void)load(of({mail_server("a", 143), mail_server("b", 1143), mail_server("c", 2143)}));
  source::Changes loss = without("a");
  loss.gone.push_back({"MailServer", "mail", "b"});
  (void)round(loss);
  EXPECT_EQ(publisher_.publications.size(), 1U);
  clock_.pass(5s);
  EXPECT_TRUE(loop_.round());
  ASSERT_EQ(publisher_.publications.size(), 2U);
  EXPECT_GE(publisher_.publications[1].removals.size(), 2U);
  EXPECT_EQ(rounds_[1].gone.size(), 2U);
}

TEST_F(ControlLoopTest, a_view_is_not_reached_while_what_it_shows_is_held_back) {
  (void)load(of({mail_server("a", 143), mail_server("b", 144), mail_server("c", 145)}));
  source::Changes loss;
  for (const char* name : {"a", "b"}) loss.gone.push_back({"MailServer", "mail", name});
  loss.read_to = {{"mailservers", 30}};
  (void)round(std::move(loss));
  source::Changes later;
  later.read_to = {{"mailservers", 40}};
  (void)round(later);
  EXPECT_TRUE(publisher_.reached.empty());
  clock_.pass(5s);
  (void)round(later);
  ASSERT_EQ(publisher_.publications.size(), 2U);
  (void)round(later);
  ASSERT_EQ(publisher_.reached.size(), 1U);
  EXPECT_EQ(publisher_.reached[0], (publish::Revision{{"mailservers", 40}}));
}

TEST_F(ControlLoopTest, it_looks_again_now_and_then_because_certificates_expire) {
  (void)load(of({mail_server("a", 143)}));
  clock_.pass(600s);
  EXPECT_TRUE(loop_.round());
  EXPECT_FALSE(loop_.round());
}

TEST_F(ControlLoopTest, what_made_it_build_is_counted) {
  const auto built = [this](const char* trigger) {
    return test::counted(metrics_, "postern_compile_total", {{"trigger", trigger}});
  };
  (void)load(of({mail_server("a", 143)}));
  EXPECT_EQ(built("start"), 1);
  (void)round(of({mail_server("b", 144)}));
  (void)round(of({}, {refusal("c")}));
  EXPECT_EQ(built("objects"), 2);
  EXPECT_EQ(built("time"), 0);
  clock_.pass(600s);
  (void)loop_.round();
  (void)loop_.round();
  EXPECT_EQ(built("time"), 1);
  EXPECT_EQ(built("start") + built("objects"), 3);
}

TEST_F(ControlLoopTest, a_publication_has_the_kind_that_it_comes_of) {
  (void)load(of({mail_server("a", 143), mail_server("b", 144)}));
  EXPECT_EQ(publisher_.publications.back().kind, "MailServer");
  model::MailClass mail_class;
  mail_class.meta.key = {"MailClass", "", "postern"};
  (void)round(of({mail_class}));
  EXPECT_EQ(publisher_.publications.back().kind, "MailClass");
  source::Changes both = without("b");
  both.changed.push_back(std::make_shared<const model::Object>(std::move(mail_class)));
  (void)round(std::move(both));
  EXPECT_EQ(publisher_.publications.back().kind, "several");
  clock_.pass(600s);
  (void)loop_.round();
  EXPECT_EQ(publisher_.publications.back().kind, "none");
}

TEST_F(ControlLoopTest, objects_are_counted_by_the_plural_of_their_kind) {
  const auto held = [this] {
    return test::counted(metrics_, "postern_store_objects", {{"resource", "mailservers"}});
  };
  (void)load(of({mail_server("a", 143), mail_server("b", 144)}));
  EXPECT_EQ(held(), 2);
  (void)round(without("b"));
  EXPECT_EQ(held(), 1);
}

}  // namespace
}  // namespace postern::loop
