// What a session makes of the history of failed logins, and of the places of a mailbox.
#include "proxy/session/protect.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/shown_metrics.h"
#include "tests/unit/proxy/session/fake_asker.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {
namespace {

using std::chrono::seconds;

class Protected : public ::testing::Test {
 protected:
  Protected() { world_.server.protection = config::LoginProtection{}; }

  void begin() { sim_ = std::make_unique<SimWorker>(world_); }
  Peer guest() {
    Peer client = sim_->connect();
    (void)client.hear();
    return client;
  }
  void say(Peer& client, const std::string& line) {
    client.say(line + "\r\n");
    sim_->settle();
  }
  Peer& pod() { return sim_->dialer.backends.back(); }
  [[nodiscard]] std::size_t asked() const { return sim_->dialer.backends.size(); }
  // The pod refuses what it is shown.
  void refuse() {
    pod().say(kGreeting);
    sim_->settle();
    const std::string login = pod().hear();
    pod().say(login.substr(0, login.find(' ')) + " NO [AUTHENTICATIONFAILED] no\r\n");
    sim_->settle();
  }
  void fail_as(const std::string& name, const std::string& password) {
    Peer client = guest();
    say(client, "a LOGIN " + name + " " + password);
    refuse();
    ASSERT_NE(client.hear().find("a NO [AUTHENTICATIONFAILED]"), std::string::npos);
    client.hang_up();
    sim_->settle();
  }
  [[nodiscard]] std::uint64_t penalties(const char* kind) {
    return static_cast<std::uint64_t>(
        postern::test::counted(sim_->metrics, "postern_login_penalties_total", {{"kind", kind}}));
  }

  World world_;
  FakeAsker asker_;  // outlives the sessions that ask
  std::unique_ptr<SimWorker> sim_;
};

TEST_F(Protected, a_login_after_a_failure_waits_before_anybody_is_asked) {
  begin();
  fail_as("alice", "wrong");
  Peer client = guest();
  say(client, "a LOGIN alice wronger");
  EXPECT_EQ(asked(), 1U);
  EXPECT_EQ(penalties("delay"), 1U);
  sim_->pass(seconds(4) - Duration{1});
  EXPECT_EQ(asked(), 1U);
  sim_->pass(Duration{1});
  EXPECT_EQ(asked(), 2U);
  let_in(*sim_, pod());
  EXPECT_NE(client.hear().find("a OK"), std::string::npos);
}

TEST_F(Protected, the_failure_delay_counts_from_when_the_pod_is_asked) {
  world_.server.timeouts.failure_delay = seconds(2);
  begin();
  Peer first = guest();
  say(first, "a LOGIN alice wrong");
  refuse();
  sim_->pass(seconds(2));
  Peer client = guest();
  say(client, "a LOGIN alice wronger");
  sim_->pass(seconds(4));
  refuse();
  EXPECT_EQ(client.hear(), "");
  sim_->pass(seconds(2));
  EXPECT_NE(client.hear().find("a NO [AUTHENTICATIONFAILED]"), std::string::npos);
}

TEST_F(Protected, the_same_wrong_password_again_does_not_wait_longer) {
  begin();
  for (int i = 0; i < 5; ++i) {
    fail_as("alice", "old");
    sim_->pass(seconds(15));
  }
  EXPECT_EQ(penalties("delay"), 0U);
}

TEST_F(Protected, who_hangs_up_while_he_waits_is_gone_at_once) {
  begin();
  fail_as("alice", "wrong");
  Peer client = guest();
  say(client, "a LOGIN alice wronger");
  client.hang_up();
  sim_->settle();
  EXPECT_EQ(asked(), 1U);
  sim_->pass(seconds(3));
  expect_nothing_left(*sim_);
}

TEST_F(Protected, a_wait_beyond_the_time_for_login_ends_with_it) {
  world_.server.timeouts.login = seconds(3);
  begin();
  fail_as("alice", "wrong");
  Peer client = guest();
  say(client, "a LOGIN alice wronger");
  sim_->pass(seconds(3));
  EXPECT_NE(client.hear().find("a NO [UNAVAILABLE]"), std::string::npos);
  EXPECT_EQ(asked(), 1U);
}

TEST_F(Protected, a_blocked_source_is_refused_after_the_delay_and_nobody_is_asked) {
  world_.server.protection.per_source = {2, seconds(60), seconds(300)};
  world_.server.protection.penalty_grows = false;
  begin();
  fail_as("alice", "wrong");
  fail_as("bob", "wrong");
  world_.server.timeouts.failure_delay = seconds(2);
  sim_->adopt(world_);
  Peer client = guest();
  say(client, "a LOGIN carol right");
  EXPECT_EQ(client.hear(), "") << "no sooner than a wrong password";
  sim_->pass(seconds(2));
  const std::string heard = client.hear();
  EXPECT_NE(heard.find("a NO [UNAVAILABLE]"), std::string::npos) << heard;
  EXPECT_EQ(heard.find("AUTHENTICATIONFAILED"), std::string::npos) << heard;
  EXPECT_EQ(asked(), 2U);
  EXPECT_EQ(penalties("block_source"), 1U);
  sim_->pass(seconds(300));
  Peer later = guest();
  say(later, "a LOGIN carol right");
  EXPECT_EQ(asked(), 3U);
}

TEST_F(Protected, a_block_that_began_while_he_waited_holds_for_him_too) {
  world_.server.protection.per_source = {3, seconds(60), seconds(300)};
  begin();
  fail_as("alice", "wrong");
  Peer waiting[3] = {guest(), guest(), guest()};
  for (int i = 0; i < 3; ++i) say(waiting[i], "a LOGIN alice guess" + std::to_string(i));
  EXPECT_EQ(asked(), 1U);
  sim_->pass(seconds(4));
  ASSERT_EQ(asked(), 4U) << "all three at once";
  Peer fourth = guest();
  say(fourth, "a LOGIN alice guess3");
  for (std::size_t i = 1; i < 4; ++i) {
    Peer& backend = sim_->dialer.backends[i];
    backend.say(kGreeting);
    sim_->settle();
    const std::string login = backend.hear();
    backend.say(login.substr(0, login.find(' ')) + " NO [AUTHENTICATIONFAILED] no\r\n");
    sim_->settle();
  }
  sim_->pass(seconds(4));
  EXPECT_EQ(asked(), 4U);
  EXPECT_NE(fourth.hear().find("a NO [UNAVAILABLE]"), std::string::npos);
}

TEST_F(Protected, whom_strangers_guess_logs_in_where_he_did_before) {
  world_.server.protection.per_user = {2, seconds(3600), seconds(3600)};
  begin();
  Peer at_home = sim_->connect_and_log_in();
  const auto stranger = [&](const char* from) {
    return quota::Attempt{*IpAddress::parse(from), "mail/example", "alice", "", sim_->clock.now()};
  };
  for (const char* from : {"198.51.100.1", "198.51.100.2"}) {
    sim_->history.failed(stranger(from), world_.server.protection, sim_->clock.now(),
                         quota::Guess::WrongPassword);
  }
  EXPECT_EQ(
      sim_->history
          .before_asking(stranger("198.51.100.3"), world_.server.protection, sim_->clock.now())
          .block,
      quota::Block::User);
  Peer again = sim_->connect_and_log_in();
}

TEST_F(Protected, an_outage_and_a_probe_count_nothing) {
  begin();
  sim_->dialer.refusals = 2;
  Peer client = guest();
  say(client, "a LOGIN alice secret");
  EXPECT_NE(client.hear().find("[UNAVAILABLE]"), std::string::npos);
  Peer probe = guest();
  probe.hang_up();
  sim_->settle();
  EXPECT_EQ(sim_->history.entries(), 0U);
}

TEST_F(Protected, exempt_sources_neither_wait_nor_count) {
  world_.server.protection.exempt = {*Network::parse("192.0.2.0/24")};
  begin();
  for (int i = 0; i < 40; ++i) fail_as("alice", "wrong" + std::to_string(i));
  EXPECT_EQ(asked(), 40U);
  EXPECT_EQ(sim_->history.entries(), 0U);
}

TEST_F(Protected, what_a_pod_refuses_after_a_service_said_yes_counts_for_nobody) {
  config::Provider service;
  service.name = "service";
  service.mechanisms = {Mechanism::Plain, Mechanism::Login};
  service.kind = config::HttpProvider{};
  world_.server.providers = {"mail/example/service"};
  auto prepared = world_.prepared();
  config::Snapshot::Draft draft(*prepared->snapshot);
  draft.put(resource("mail/example/service", service));
  prepared->snapshot = std::make_shared<const config::Snapshot>(draft.finish("2"));
  sim_ = std::make_unique<SimWorker>(prepared);
  sim_->worker.ask_through(asker_);
  Peer client = guest();
  say(client, "a LOGIN alice right");
  asker_.answer(policy::Accept{});
  sim_->settle();
  refuse();
  EXPECT_EQ(client.hear().substr(0, 4), "a NO");
  Peer next = guest();
  say(next, "a LOGIN bob right");
  EXPECT_EQ(asker_.open(), 1U) << "he does not wait";
}

// ---- places of a mailbox

TEST_F(Protected, a_mailbox_has_as_many_sessions_as_its_limit_and_then_others_again) {
  world_.server.limits.max_connections_per_user = 1;
  begin();
  Peer first = sim_->connect_and_log_in();
  Peer second = guest();
  say(second, "a LOGIN ALICE secret");
  let_in(*sim_, pod());
  EXPECT_NE(second.hear().find("a NO [LIMIT]"), std::string::npos);
  EXPECT_TRUE(pod().heard_end()) << "the pod's session ends too";
  first.hang_up();
  sim_->settle();
  sim_->dialer.backends.front().hang_up();
  sim_->pass(seconds(3));
  Peer third = sim_->connect_and_log_in();
}

}  // namespace
}  // namespace postern::session::test
