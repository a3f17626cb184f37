#include "proxy/session/session.h"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "common/base/secret.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {
namespace {

TEST(Session, greets_logs_in_and_relays_both_ways) {
  SimWorker sim;
  Peer client = sim.connect();
  EXPECT_EQ(client.hear().substr(0, 5), "* OK ");
  client.say("a LOGIN alice secret\r\n");
  sim.settle();
  ASSERT_EQ(sim.dialer.backends.size(), 1U);
  Peer& backend = sim.dialer.backends[0];
  let_in(sim, backend);
  EXPECT_NE(client.hear().find("a OK"), std::string::npos);
  client.say("b SELECT INBOX\r\n");
  sim.settle();
  EXPECT_EQ(backend.hear(), "b SELECT INBOX\r\n");
  backend.say("b OK done\r\n");
  sim.settle();
  EXPECT_EQ(client.hear(), "b OK done\r\n");
  client.hang_up();
  sim.settle();
  EXPECT_TRUE(backend.heard_end());
  backend.hang_up();
  sim.settle();
  sim.pass(std::chrono::seconds{3});
  EXPECT_EQ(sim.session_lines(), 1U);
  expect_nothing_left(sim);
}

TEST(Session, what_came_behind_the_credentials_is_the_first_of_the_relay) {
  SimWorker sim;
  Peer client = sim.connect();
  client.say("a LOGIN alice secret\r\nb NOOP\r\n");
  sim.settle();
  Peer& backend = sim.dialer.backends.at(0);
  let_in(sim, backend, "* 3 EXISTS\r\n");
  EXPECT_EQ(backend.hear(), "b NOOP\r\n");
  const std::string heard = client.hear();
  EXPECT_LT(heard.find("a OK"), heard.find("* 3 EXISTS")) << heard;
}

TEST(Session, what_came_behind_refused_credentials_is_heard_as_a_stranger) {
  SimWorker sim;
  Peer client = sim.connect();
  client.say("a LOGIN alice wrong\r\nb NOOP\r\nc LOGOUT\r\n");
  sim.settle();
  Peer& backend = sim.dialer.backends.at(0);
  backend.say(kGreeting);
  sim.settle();
  const std::string login = backend.hear();
  backend.say(login.substr(0, login.find(' ')) + " NO [AUTHENTICATIONFAILED] no\r\n");
  sim.settle();
  const std::string heard = client.hear();
  EXPECT_NE(heard.find("a NO [AUTHENTICATIONFAILED]"), std::string::npos) << heard;
  EXPECT_NE(heard.find("b OK"), std::string::npos) << heard;
  EXPECT_NE(heard.find("* BYE"), std::string::npos) << heard;
  EXPECT_EQ(backend.hear(), "");  // nothing of it reached the backend
}

TEST(Session, holds_no_visit_and_no_secret_while_it_relays) {
  SimWorker sim;
  Peer client = sim.connect();
  client.say("a LOGIN alice secret\r\n");
  sim.settle();
  EXPECT_EQ(sim.counters.visits.value(), 1);
  let_in(sim, sim.dialer.backends.at(0));
  EXPECT_EQ(sim.counters.visits.value(), 0);
  EXPECT_EQ(Secret::live(), 0U);
  EXPECT_EQ(sim.worker.scratch().lent(), 0U);
}

TEST(Session, refused_connection_is_tried_at_the_next_endpoint) {
  SimWorker sim;
  sim.dialer.refusals = 1;
  Peer client = sim.connect();
  client.say("a LOGIN alice secret\r\n");
  sim.settle();
  ASSERT_EQ(sim.dialer.dialled.size(), 2U);
  EXPECT_NE(sim.dialer.dialled[0], sim.dialer.dialled[1]);
  let_in(sim, sim.dialer.backends.at(0));
  EXPECT_NE(client.hear().find("a OK"), std::string::npos);
}

TEST(Session, a_backend_that_dies_after_the_password_is_not_followed_by_another) {  // F3
  SimWorker sim;
  Peer client = sim.connect();
  client.say("a LOGIN alice secret\r\n");
  sim.settle();
  Peer& backend = sim.dialer.backends.at(0);
  backend.say(kGreeting);
  sim.settle();
  ASSERT_NE(backend.hear(), "");
  backend.hang_up();
  sim.settle();
  EXPECT_EQ(sim.dialer.dialled.size(), 1U);
  EXPECT_NE(client.hear().find("a NO [UNAVAILABLE]"), std::string::npos);
}

TEST(Session, a_backend_that_dies_before_the_password_is_followed_by_another) {
  SimWorker sim;
  Peer client = sim.connect();
  client.say("a LOGIN alice secret\r\n");
  sim.settle();
  sim.dialer.backends.at(0).hang_up();
  sim.settle();
  ASSERT_EQ(sim.dialer.backends.size(), 2U);
  let_in(sim, sim.dialer.backends[1]);
  EXPECT_NE(client.hear().find("a OK"), std::string::npos);
}

TEST(Session, an_outage_is_never_a_wrong_password) {
  SimWorker sim;
  sim.dialer.refusals = 9;
  Peer client = sim.connect();
  (void)client.hear();
  client.say("a LOGIN alice secret\r\n");
  sim.settle();
  const std::string heard = client.hear();
  EXPECT_EQ(heard.find("a NO [UNAVAILABLE]"), 0U) << heard;
  EXPECT_FALSE(client.heard_end());  // he may try again
}

TEST(Session, a_login_that_went_round_in_a_circle_reaches_no_backend) {
  SimWorker sim;
  Peer client = sim.connect();
  client.say("a ID (\"x-proxy-ttl\" \"1\")\r\nb LOGIN alice secret\r\n");
  sim.settle();
  EXPECT_TRUE(sim.dialer.dialled.empty());
  EXPECT_NE(client.hear().find("b NO "), std::string::npos);
}

TEST(Session, a_silent_client_is_told_goodbye_at_the_login_deadline) {  // LI10
  SimWorker sim;
  Peer client = sim.connect();
  (void)client.hear();
  sim.pass(std::chrono::seconds{59});
  EXPECT_EQ(client.hear(), "");
  sim.pass(std::chrono::seconds{2});
  EXPECT_EQ(client.hear().substr(0, 6), "* BYE ");
  EXPECT_TRUE(client.heard_end());
}

TEST(Session, octets_do_not_move_the_login_deadline) {  // LI9
  SimWorker sim;
  Peer client = sim.connect();
  for (int i = 0; i < 61; ++i) {
    if (i < 60) client.say("x");
    sim.pass(std::chrono::seconds{1});
  }
  EXPECT_TRUE(client.heard_end());
}

TEST(Session, a_silent_backend_is_given_up_in_time_and_the_client_may_try_again) {  // F2
  SimWorker sim;
  Peer client = sim.connect();
  (void)client.hear();
  client.say("a LOGIN alice secret\r\n");
  sim.settle();
  sim.pass(std::chrono::seconds{11});
  EXPECT_EQ(client.hear().find("a NO [UNAVAILABLE]"), 0U);
  EXPECT_FALSE(client.heard_end());
}

TEST(Session, a_yes_that_comes_after_the_login_deadline_is_none) {
  World world;
  world.server.timeouts.login = Duration{3'000};
  SimWorker sim(world);
  Peer client = sim.connect();
  (void)client.hear();
  client.say("a LOGIN alice secret\r\n");
  sim.settle();
  sim.pass(std::chrono::seconds{4});
  Peer& backend = sim.dialer.backends.at(0);
  let_in(sim, backend);
  const std::string heard = client.hear();
  EXPECT_EQ(heard.find("a NO [UNAVAILABLE]"), 0U) << heard;
  EXPECT_EQ(heard.find("a OK"), std::string::npos) << heard;
  EXPECT_TRUE(client.heard_end());
  EXPECT_TRUE(backend.heard_end());
}

TEST(Session, nobody_is_told_yes_and_goodbye_when_he_reads_late) {
  World world;
  world.server.timeouts.login = Duration{3'000};
  SimWorker sim(world);
  Peer client = sim.connect();
  client.say("a LOGIN alice secret\r\n");
  sim.settle();
  sim.worker.each([](Session& session) {
    while (session.client.write("* OK and more of it\r\n").status == net::IoStatus::Done) {
    }
  });
  let_in(sim, sim.dialer.backends.at(0));
  EXPECT_EQ(client.hear().find("a OK"), std::string::npos) << "there is no room for it";
  sim.pass(std::chrono::seconds{4});
  const std::string heard = client.hear();
  EXPECT_NE(heard.find("a OK"), std::string::npos) << heard;
  EXPECT_EQ(heard.find("* BYE"), std::string::npos) << heard;
  EXPECT_EQ(sim.counters.relaying.value(), 1);
}

TEST(Session, wrong_credentials_are_refused_after_the_delay_counted_from_their_arrival) {
  World world;
  world.server.timeouts.failure_delay = Duration{2000};
  SimWorker sim(world);
  Peer client = sim.connect();
  (void)client.hear();
  client.say("a LOGIN alice wrong\r\n");
  sim.settle();
  Peer& backend = sim.dialer.backends.at(0);
  backend.say(kGreeting);
  sim.settle();
  const std::string login = backend.hear();
  sim.pass(std::chrono::seconds{1});
  backend.say(login.substr(0, login.find(' ')) + " NO bad\r\n");
  sim.pass(Duration{900});
  EXPECT_EQ(client.hear(), "");
  sim.pass(Duration{200});
  EXPECT_EQ(client.hear().find("a NO [AUTHENTICATIONFAILED]"), 0U);
}

TEST(Session, an_idle_relay_ends_at_its_limit_and_activity_moves_it) {
  SimWorker sim;
  Peer client = sim.connect();
  client.say("a LOGIN alice secret\r\n");
  sim.settle();
  Peer& backend = sim.dialer.backends.at(0);
  let_in(sim, backend);
  sim.pass(std::chrono::minutes{30});
  client.say("b NOOP\r\n");
  sim.settle();
  sim.pass(std::chrono::minutes{30});
  (void)client.hear();
  EXPECT_FALSE(client.heard_end());
  sim.pass(std::chrono::minutes{2});
  EXPECT_TRUE(client.heard_end());
  sim.pass(std::chrono::seconds{3});
  expect_nothing_left(sim);
}

TEST(Session, the_same_user_meets_the_same_endpoint_every_time) {
  SimWorker sim;
  for (int i = 0; i < 5; ++i) {
    Peer client = sim.connect();
    client.say("a LOGIN Alice@Example.Org secret\r\n");
    sim.settle();
  }
  ASSERT_EQ(sim.dialer.dialled.size(), 5U);
  for (const SocketAddress& address : sim.dialer.dialled) {
    EXPECT_EQ(address, sim.dialer.dialled[0]);
  }
}

TEST(Session, the_log_line_names_user_and_backend_and_never_the_password) {
  SimWorker sim;
  Peer client = sim.connect();
  client.say("a LOGIN alice hunter2secret\r\n");
  sim.settle();
  let_in(sim, sim.dialer.backends.at(0));
  client.hang_up();
  sim.dialer.backends[0].hang_up();
  sim.settle();
  ASSERT_EQ(sim.session_lines(), 1U);
  EXPECT_NE(sim.log.lines.back().find("alice"), std::string::npos);
  EXPECT_NE(sim.log.lines.back().find("mail/example/box"), std::string::npos);
  for (const std::string& line : sim.log.lines) EXPECT_EQ(line.find("hunter2"), line.npos);
}

struct Echo {
  const char* answer;  // {0}: the tag, {1}: all that was heard
  const char* logged;
};

TEST(Session, a_backend_that_repeats_the_password_does_not_bring_it_into_the_log) {  // IN17
  for (const Echo& echo : {Echo{"{0} BAD unknown: {1}", "it said BAD\""},
                           Echo{"{0} NO [UNAVAILABLE] not {1}", "it said NO [UNAVAILABLE]\""},
                           Echo{"{0} NO [PRIVACYREQUIRED {1}] no", "it said NO [PRIVACYREQUIRED]"},
                           Echo{"* BYE [{1}] not {1}", "it said BYE\""}}) {
    SimWorker sim;
    Peer client = sim.connect();
    client.say("a LOGIN alice hunter2secret\r\n");
    sim.settle();
    Peer& backend = sim.dialer.backends.at(0);
    backend.say("* OK hi\r\n");
    sim.settle();
    std::string heard = backend.hear();
    ASSERT_NE(heard.find("hunter2secret"), std::string::npos) << heard;
    heard.resize(heard.find('\r'));
    const std::string tag = heard.substr(0, heard.find(' '));
    backend.say(fmt::format(fmt::runtime(echo.answer), tag, heard) + "\r\n");
    sim.settle();
    std::string all;
    for (const std::string& line : sim.log.lines) all += line;
    EXPECT_EQ(all.find("hunter2"), std::string::npos) << all;
    EXPECT_NE(all.find(echo.logged), std::string::npos) << all;
  }
}

TEST(Session, a_backend_that_sends_us_away_before_the_password_is_logged_in_its_words) {
  SimWorker sim;
  Peer client = sim.connect();
  client.say("a LOGIN alice secret\r\n");
  sim.settle();
  sim.dialer.backends.at(0).say("* BYE too many connections\r\n");
  sim.settle();
  EXPECT_NE(sim.log.lines.back().find("too many connections"), std::string::npos);
}

}  // namespace
}  // namespace postern::session::test
