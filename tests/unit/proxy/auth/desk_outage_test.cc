// Services that are down, and how a desk leaves them alone and comes back.
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/proxy/auth/sim_desk.h"

namespace postern::auth {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::http_of;
using test::mk_address;
using test::mk_provider;
using test::mk_question;
using test::SimDesk;
using test::yes;

const std::string kFirst = "10.0.0.1:80";

// Ten questions that nobody took.
void put_out(SimDesk& sim) {
  sim.dialer.refusing = {kFirst};
  for (int i = 0; i < 10; ++i) sim.ask();
  sim.settle();
  EXPECT_EQ(sim.breakers_open(), 1);
  sim.dialer.dialled.clear();
}

TEST(DeskOutage, a_service_that_fails_is_left_alone_for_a_second) {
  SimDesk sim;
  put_out(sim);
  EXPECT_EQ(sim.answers["alice"].size(), 10U);
  for (int i = 0; i < 50; ++i) sim.ask("later");
  EXPECT_EQ(sim.told("later"), "-");
  sim.settle();
  EXPECT_EQ(sim.told("later"), "unavailable");
  EXPECT_EQ(sim.detail, "it fails again and again");
  EXPECT_TRUE(sim.dialer.dialled.empty());
  EXPECT_EQ(sim.requests("unavailable"), 60U);
}

TEST(DeskOutage, one_question_a_second_tries_whether_it_is_back) {
  SimDesk sim;
  put_out(sim);
  for (int second = 1; second <= 3; ++second) {
    sim.pass(seconds(1));
    for (int i = 0; i < 5; ++i) sim.ask();
    sim.settle();
    EXPECT_EQ(sim.dialer.dialled.size(), static_cast<std::size_t>(second));
  }
  sim.dialer.refusing.clear();
  sim.pass(seconds(1));
  sim.ask("probe");
  sim.ask("too early");
  sim.settle();
  EXPECT_EQ(sim.told("too early"), "unavailable");
  sim.dialer.service[0].say(yes());
  sim.settle();
  EXPECT_EQ(sim.told("probe"), "accept");
  EXPECT_EQ(sim.breakers_open(), 0);
  (void)sim.dialer.service[0].hear();
  sim.log_in("after", 0);
}

TEST(DeskOutage, it_is_said_once_when_it_begins_and_once_when_it_ends) {
  SimDesk sim;
  put_out(sim);
  sim.pass(seconds(1));
  sim.ask();
  sim.settle();
  EXPECT_EQ(sim.log.lines().size(), 1U);
  EXPECT_EQ(sim.log.count("mail/example/web"), 1U);
  EXPECT_EQ(sim.log.count("Connection refused"), 1U);
  sim.dialer.refusing.clear();
  sim.pass(seconds(1));
  sim.ask();
  sim.settle();
  sim.dialer.service[0].say(yes());
  sim.settle();
  EXPECT_EQ(sim.log.lines().size(), 2U);
  EXPECT_EQ(sim.log.count("answers again"), 1U);
  EXPECT_EQ(sim.log.count("secret") + sim.log.count("alice"), 0U);
}

TEST(DeskOutage, those_who_wait_are_not_kept_waiting) {
  SimDesk sim;
  for (int i = 0; i < 64; ++i) sim.ask("asked");
  for (int i = 0; i < 20; ++i) sim.ask("waits");
  sim.settle();
  for (std::size_t i = 0; i < 9; ++i) sim.dialer.service[i].hang_up();
  sim.dialer.refusing = {kFirst};
  sim.settle();
  EXPECT_EQ(sim.answers["waits"].size(), 20U);
  EXPECT_EQ(sim.breakers_open(), 1);
}

TEST(DeskOutage, timeouts_are_an_outage) {
  SimDesk sim;
  for (int i = 0; i < 10; ++i) sim.ask();
  sim.settle();
  sim.pass(milliseconds(5100));
  EXPECT_EQ(sim.breakers_open(), 1);
  EXPECT_EQ(sim.log.count("no answer in time"), 1U);
}

TEST(DeskOutage, garbled_answers_are_none) {
  SimDesk sim;
  for (std::size_t i = 0; i < 30; ++i) {
    sim.ask();
    sim.settle();
    sim.dialer.service[i].say("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
    sim.settle();
    EXPECT_EQ(sim.told(), "unavailable");
  }
  EXPECT_EQ(sim.breakers_open(), 0);
}

TEST(DeskOutage, another_service_does_not_notice) {
  SimDesk sim;
  put_out(sim);
  config::Provider other = mk_provider();
  http_of(other).service.addresses = {mk_address("10.0.0.9:80")};
  policy::Question question = mk_question(other, "bob");
  question.resource = "mail/other/web";
  sim.ask(std::move(question), nullptr);
  sim.settle();
  sim.dialer.service[0].say(yes());
  sim.settle();
  EXPECT_EQ(sim.told("bob"), "accept");
}

TEST(DeskOutage, a_probe_taken_back_lets_the_next_one_try) {
  SimDesk sim;
  put_out(sim);
  sim.dialer.refusing.clear();
  sim.pass(seconds(1));
  sim.desk->cancel(sim.ask("probe"));
  sim.ask("next");
  sim.settle();
  sim.dialer.service[1].say(yes());
  sim.settle();
  EXPECT_EQ(sim.told("next"), "accept");
}

TEST(DeskOutage, an_older_question_taken_back_lets_no_other_one_try_beside_the_probe) {
  SimDesk sim;
  const policy::RequestId older = sim.ask("older");
  sim.settle();
  put_out(sim);
  sim.dialer.refusing.clear();
  sim.pass(seconds(1));
  sim.ask("probe");
  sim.desk->cancel(older);
  sim.ask("too early");
  sim.settle();
  EXPECT_EQ(sim.told("too early"), "unavailable");
  EXPECT_EQ(sim.told("probe"), "-");
}

TEST(DeskOutage, a_service_that_nobody_asks_any_more_is_forgotten) {
  SimDesk sim;
  put_out(sim);
  for (int i = 0; i < 4; ++i) sim.pass(seconds(61));
  EXPECT_EQ(sim.breakers_open(), 0);
  EXPECT_EQ(sim.timers.armed(), 0U);
}

TEST(DeskOutage, a_desk_that_ends_takes_its_open_breakers_out_of_the_count) {
  SimDesk sim;
  put_out(sim);
  sim.desk.reset();
  EXPECT_EQ(sim.breakers_open(), 0);
}

}  // namespace
}  // namespace postern::auth
