#include "proxy/auth/desk.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/proxy/auth/sim_desk.h"

namespace postern::auth {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::asked_user;
using test::http_of;
using test::mk_address;
using test::mk_provider;
using test::SimDesk;
using test::yes;

config::Provider mk_provider_at(std::vector<ServerAddress> addresses) {
  config::Provider provider = mk_provider();
  http_of(provider).service.addresses = std::move(addresses);
  return provider;
}

TEST(Desk, a_question_is_asked_and_answered_but_never_inside_ask) {
  SimDesk sim;
  sim.ask("alice");
  EXPECT_EQ(sim.told("alice"), "-");
  sim.settle();
  EXPECT_EQ(asked_user(sim.dialer.service[0].hear()), "alice");
  EXPECT_EQ(sim.told("alice"), "-");
  sim.dialer.service[0].say(yes("Auth-User: bob\r\n"));
  sim.settle();
  EXPECT_EQ(sim.told("alice"), "accept user=bob");
  EXPECT_EQ(sim.requests("accept"), 1U);
  EXPECT_EQ(sim.desk->questions(), 0U);
  EXPECT_EQ(Secret::live(), 0U);
}

TEST(Desk, each_kind_of_answer_is_counted) {
  SimDesk sim;
  const char* const answers[] = {"Auth-Status: OK", "Auth-Status: no", "Auth-Status: WAIT", "X: y"};
  for (const char* answer : answers) {
    sim.ask();
    sim.settle();
    sim.dialer.service[0].say("HTTP/1.1 200 OK\r\n" + std::string(answer) +
                              "\r\nContent-Length: 0\r\n\r\n");
    sim.settle();
  }
  for (const char* result : {"accept", "refuse", "again", "unavailable"}) {
    EXPECT_EQ(sim.requests(result), 1U) << result;
  }
}

TEST(Desk, a_connection_is_kept_and_asked_again) {
  SimDesk sim;
  for (const char* user : {"a", "b", "c"}) sim.log_in(user, 0);
  EXPECT_EQ(sim.dialer.dialled.size(), 1U);
  EXPECT_EQ(sim.desk->connections(), 1U);
}

TEST(Desk, AU8_one_question_at_a_time_on_a_connection) {
  SimDesk sim;
  sim.log_in("a", 0);
  sim.ask("b");
  sim.ask("c");
  sim.settle();
  ASSERT_EQ(sim.dialer.service.size(), 2U);
  EXPECT_EQ(asked_user(sim.dialer.service[0].hear()), "b");
  EXPECT_EQ(asked_user(sim.dialer.service[1].hear()), "c");
}

TEST(Desk, sixty_four_are_open_and_the_next_one_waits_his_turn) {
  SimDesk sim;
  for (int i = 0; i < 66; ++i) sim.ask("u" + std::to_string(i));
  sim.settle();
  EXPECT_EQ(sim.dialer.service.size(), 64U);
  (void)sim.dialer.service[5].hear();
  sim.dialer.service[5].say(yes());
  sim.settle();
  EXPECT_EQ(sim.told("u5"), "accept");
  EXPECT_EQ(asked_user(sim.dialer.service[5].hear()), "u64");
  sim.dialer.service[6].hang_up();
  sim.settle();
  EXPECT_EQ(sim.told("u6"), "unavailable");
  ASSERT_EQ(sim.dialer.service.size(), 65U);
  EXPECT_EQ(asked_user(sim.dialer.service[64].hear()), "u65");
}

TEST(Desk, more_than_256_do_not_wait) {
  SimDesk sim;
  for (int i = 0; i < 64 + 256; ++i) sim.ask("u");
  sim.ask("late");
  EXPECT_EQ(sim.told("late"), "-");
  sim.settle();
  EXPECT_EQ(sim.told("late"), "unavailable");
  EXPECT_EQ(sim.detail, "too many questions wait for it");
  EXPECT_EQ(sim.told("u"), "-");
}

TEST(Desk, eight_are_kept_of_those_that_nobody_needs) {
  SimDesk sim;
  sim.ask_at_once(20);
  EXPECT_EQ(sim.desk->connections(), 20U);
  for (int i = 0; i < 3; ++i) sim.pass(seconds(1));
  EXPECT_EQ(sim.desk->connections(), 8U);
}

TEST(Desk, those_that_bursts_need_are_kept_for_the_next_one) {
  SimDesk sim;
  for (int i = 0; i < 10; ++i) {
    sim.ask_at_once(i % 3 == 0 ? 20 : 3);
    sim.pass(milliseconds(250));
  }
  EXPECT_EQ(sim.dialer.dialled.size(), 20U);
  EXPECT_EQ(sim.desk->connections(), 20U);
}

TEST(Desk, a_connection_is_left_after_sixty_seconds) {
  SimDesk sim;
  sim.log_in("a", 0);
  sim.pass(seconds(59));
  EXPECT_EQ(sim.desk->connections(), 1U);
  sim.pass(seconds(2));
  EXPECT_EQ(sim.desk->connections(), 0U);
  EXPECT_TRUE(sim.dialer.service[0].left());
}

TEST(Desk, a_connection_is_left_after_a_thousand_questions) {
  SimDesk sim;
  for (int i = 0; i < 1000; ++i) sim.log_in("a", 0);
  EXPECT_TRUE(sim.dialer.service[0].left());
  sim.log_in("b", 1);
}

TEST(Desk, AU2_who_is_not_answered_is_told_at_the_timeout_and_holds_up_nobody) {
  SimDesk sim;
  for (int i = 0; i < 20; ++i) sim.ask("hung" + std::to_string(i));
  sim.settle();
  sim.ask("alice");
  sim.settle();
  EXPECT_EQ(asked_user(sim.dialer.service[20].hear()), "alice");
  sim.dialer.service[20].say(yes());
  sim.settle();
  EXPECT_EQ(sim.told("alice"), "accept");
  sim.pass(milliseconds(4900));
  EXPECT_EQ(sim.told("hung0"), "-");
  sim.pass(milliseconds(200));
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(sim.told("hung" + std::to_string(i)), "unavailable");
    EXPECT_TRUE(sim.dialer.service[static_cast<std::size_t>(i)].left());
  }
  EXPECT_EQ(sim.detail, "no answer in time");
}

TEST(Desk, a_question_taken_back_is_not_answered_and_its_connection_is_closed) {
  SimDesk sim;
  const policy::RequestId asked = sim.ask("alice");
  sim.settle();
  sim.desk->cancel(asked);
  sim.dialer.service[0].try_say(yes());
  sim.settle();
  EXPECT_EQ(sim.told("alice"), "-");
  EXPECT_TRUE(sim.dialer.service[0].left());
  EXPECT_EQ(sim.desk->connections(), 0U);
  EXPECT_EQ(Secret::live(), 0U);
  sim.desk->cancel(asked);
  sim.desk->cancel(policy::RequestId::None);
}

TEST(Desk, a_waiting_question_taken_back_leaves_the_queue) {
  SimDesk sim;
  for (int i = 0; i < 64; ++i) sim.ask("u");
  const policy::RequestId waits = sim.ask("waits");
  sim.ask("next");
  sim.settle();
  sim.desk->cancel(waits);
  sim.dialer.service[0].say(yes());
  (void)sim.dialer.service[0].hear();
  sim.settle();
  EXPECT_EQ(asked_user(sim.dialer.service[0].hear()), "next");
}

TEST(Desk, an_answer_that_was_not_told_yet_can_be_taken_back) {
  SimDesk sim(mk_provider_at({}));
  sim.desk->cancel(sim.ask("alice"));
  sim.settle();
  EXPECT_EQ(sim.told("alice"), "-");
}

TEST(Desk, who_is_told_may_ask_and_take_back_at_once) {
  SimDesk sim;
  policy::RequestId other = policy::RequestId::None;
  const policy::RequestId first =
      sim.desk->ask(test::mk_question(sim.provider, "first"), nullptr, [&](policy::Answer) {
        sim.desk->cancel(other);
        sim.ask("second");
      });
  other = sim.ask("other");
  EXPECT_NE(first, other);
  sim.settle();
  sim.dialer.service[0].say(yes());
  sim.settle();
  EXPECT_EQ(sim.told("other"), "-");
  EXPECT_EQ(asked_user(sim.dialer.service[0].hear()).substr(0, 5), "first");
  sim.dialer.service[0].try_say(yes());
  sim.settle();
  EXPECT_EQ(sim.told("second"), "accept");
}

TEST(Desk, a_kept_connection_that_the_service_closed_costs_nobody_his_login) {
  SimDesk sim;
  sim.log_in("a", 0);
  sim.dialer.service[0].hang_up();
  sim.log_in("b", 1);  // not even looked at by the loop before
}

TEST(Desk, a_question_on_a_kept_connection_is_repeated_once_on_a_new_one) {
  SimDesk sim;
  sim.log_in("a", 0);
  sim.ask("b");
  sim.settle();
  EXPECT_EQ(asked_user(sim.dialer.service[0].hear()), "b");
  sim.dialer.service[0].hang_up();
  sim.settle();
  ASSERT_EQ(sim.dialer.service.size(), 2U);
  const std::string again = sim.dialer.service[1].hear();
  EXPECT_EQ(asked_user(again), "b");
  EXPECT_NE(again.find("Auth-Pass: secret\r\n"), std::string::npos);
  sim.dialer.service[1].hang_up();
  sim.settle();
  EXPECT_EQ(sim.told("b"), "unavailable");
  EXPECT_EQ(sim.dialer.service.size(), 2U);
}

TEST(Desk, a_question_on_a_new_connection_is_never_repeated) {
  SimDesk sim;
  sim.ask("a");
  sim.settle();
  (void)sim.dialer.service[0].hear();
  sim.dialer.service[0].hang_up();
  sim.settle();
  EXPECT_EQ(sim.told("a"), "unavailable");
  EXPECT_EQ(sim.dialer.service.size(), 1U);
}

TEST(Desk, a_question_is_not_repeated_when_its_answer_has_begun) {
  SimDesk sim;
  sim.log_in("a", 0);
  sim.ask("b");
  sim.settle();
  (void)sim.dialer.service[0].hear();
  sim.dialer.service[0].say("H");
  sim.dialer.service[0].hang_up();
  sim.settle();
  EXPECT_EQ(sim.told("b"), "unavailable");
  EXPECT_EQ(sim.dialer.service.size(), 1U);
}

TEST(Desk, addresses_are_tried_in_turn_when_connecting_fails) {
  SimDesk sim(mk_provider_at({mk_address("10.0.0.1:80"), mk_address("10.0.0.2:80")}));
  sim.dialer.refusing = {"10.0.0.1:80"};
  sim.log_in("a", 0);
  EXPECT_EQ(sim.dialer.dialled, (std::vector<std::string>{"10.0.0.1:80", "10.0.0.2:80"}));
  sim.dialer.refusing = {"10.0.0.1:80", "10.0.0.2:80"};
  sim.dialer.service[0].hang_up();
  sim.ask("b");
  EXPECT_EQ(sim.told("b"), "-");
  sim.settle();
  EXPECT_EQ(sim.told("b"), "unavailable");
  EXPECT_EQ(sim.detail, "Connection refused");
}

TEST(Desk, an_address_that_failed_comes_last_for_a_while) {
  SimDesk sim(mk_provider_at({mk_address("10.0.0.1:80"), mk_address("10.0.0.2:80")}));
  sim.dialer.refusing = {"10.0.0.1:80"};
  for (int i = 0; i < 4; ++i) sim.ask("u");
  EXPECT_EQ(sim.dialer.dialled.size(), 5U);
  EXPECT_EQ(sim.dialer.dialled[0], "10.0.0.1:80");
}

TEST(Desk, an_address_that_swallows_packets_leaves_time_for_the_others) {
  SimDesk sim(mk_provider_at({mk_address("10.0.0.1:80"), mk_address("10.0.0.2:80")}));
  sim.dialer.silent = {"10.0.0.1:80"};
  sim.ask("a");
  sim.settle();
  EXPECT_EQ(sim.dialer.service.size(), 0U);
  sim.pass(milliseconds(2600));
  ASSERT_EQ(sim.dialer.service.size(), 1U);
  sim.dialer.service[0].say(yes());
  sim.settle();
  EXPECT_EQ(sim.told("a"), "accept");
}

TEST(Desk, no_address_and_no_tls_where_it_must_be_are_refused_without_dialling) {
  SimDesk nobody(mk_provider_at({}));
  nobody.ask();
  nobody.settle();
  EXPECT_EQ(nobody.told(), "unavailable");
  config::Provider secure = mk_provider();
  http_of(secure).service.secure = true;
  SimDesk sim(secure);
  sim.ask();
  sim.settle();
  EXPECT_EQ(sim.told(), "unavailable");
  EXPECT_TRUE(sim.dialer.dialled.empty());
}

TEST(Desk, as_nginx_each_question_has_a_connection_of_its_own) {
  SimDesk sim(mk_provider(config::Strictness::Nginx));
  for (std::size_t i = 0; i < 3; ++i) {
    sim.ask("u");
    sim.settle();
    const std::string request = sim.dialer.service[i].hear();
    EXPECT_TRUE(request.starts_with("GET /auth?x=1 HTTP/1.0\r\nHost: auth.example\r\n"));
    sim.dialer.service[i].say("Auth-Status: OK\nAuth-Server: 10.1.2.3\nAuth-Port: 143\n\n");
    sim.settle();
    EXPECT_EQ(sim.told("u"), "accept backend=10.1.2.3:143");
    EXPECT_TRUE(sim.dialer.service[i].left());
  }
}

TEST(Desk, the_secret_is_wiped_when_it_was_sent_and_cannot_be_needed_again) {
  SimDesk sim;
  sim.ask("a");
  EXPECT_EQ(Secret::live(), 1U);
  sim.settle();
  EXPECT_EQ(Secret::live(), 0U);
  sim.dialer.service[0].say(yes());
  sim.settle();
  (void)sim.dialer.service[0].hear();
  sim.ask("b");
  sim.settle();
  EXPECT_EQ(Secret::live(), 1U);  // a repeat may need it
  sim.dialer.service[0].say("HTTP/");
  sim.settle();
  EXPECT_EQ(Secret::live(), 0U);
}

TEST(Desk, nothing_outlives_the_desk) {
  SimDesk sim;
  sim.ask("asked");
  sim.settle();
  sim.ask("begun");
  SimDesk nobody(mk_provider_at({}));
  nobody.ask("refused");
  sim.desk.reset();
  nobody.desk.reset();
  EXPECT_TRUE(sim.dialer.service[0].left());
  EXPECT_EQ(sim.timers.armed(), 0U);
  nobody.loop.run_posted();
  EXPECT_EQ(sim.told("asked"), "-");
  EXPECT_EQ(nobody.told("refused"), "-");
  EXPECT_EQ(Secret::live(), 0U);
}

TEST(Desk, when_nobody_asks_nothing_is_kept) {
  SimDesk sim;
  sim.log_in("a", 0);
  sim.pass(seconds(61));
  sim.pass(seconds(61));
  sim.pass(seconds(61));
  EXPECT_EQ(sim.timers.armed(), 0U);
}

}  // namespace
}  // namespace postern::auth
