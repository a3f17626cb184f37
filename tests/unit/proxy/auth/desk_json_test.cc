// A desk and a service of style JSON: one question a connection, and no answer for another one.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/unit/proxy/auth/sim_desk.h"

namespace postern::auth {
namespace {

using test::json_of;
using test::mk_json_provider;
using test::mk_question;
using test::SimDesk;

std::string accept_as(const std::string& user) {
  return json_of(R"({"version":1,"result":"accept","user":")" + user + "\"}");
}

std::string user_in(const std::string& request) {
  const std::string before = "\"user\":\"";
  const std::size_t from = request.find(before) + before.size();
  return request.substr(from, request.find('"', from) - from);
}

TEST(DeskJson, asks_with_a_document_and_keeps_the_connection) {
  SimDesk sim(mk_json_provider());
  for (const char* user : {"a", "b", "c"}) {
    sim.ask(user);
    sim.settle();
    const std::string request = sim.dialer.service[0].hear();
    EXPECT_TRUE(request.starts_with("POST /auth?x=1 HTTP/1.1\r\n"));
    sim.dialer.service[0].say(accept_as(user_in(request)));
    sim.settle();
    EXPECT_EQ(sim.told(user), std::string("accept user=") + user);
  }
  EXPECT_EQ(sim.dialer.dialled.size(), 1U);
}

TEST(DeskJson, AU2_a_service_that_says_nothing_is_given_up_at_the_deadline) {
  SimDesk sim(mk_json_provider());
  sim.ask();
  sim.settle();
  sim.dialer.service[0].say(
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
      "Content-Length: 31\r\n\r\n{\"version\":1,");
  sim.pass(sim.provider.timeout - Duration{1});
  EXPECT_EQ(sim.told(), "-");
  sim.pass(Duration{1});
  EXPECT_EQ(sim.told(), "unavailable");
}

TEST(DeskJson, AU3_a_huge_document_is_cut_early) {
  SimDesk sim(mk_json_provider());
  sim.ask();
  sim.settle();
  (void)sim.dialer.service[0].hear();
  sim.dialer.service[0].try_say(
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
      "Content-Length: 33554432\r\n\r\n{\"x\":\"");
  const std::string much(std::size_t{64} << 10, 'x');
  std::size_t sent = 0;
  for (; sent < (std::size_t{32} << 20) && sim.told() == "-"; sent += much.size()) {
    sim.dialer.service[0].try_say(much);
    sim.settle();
  }
  EXPECT_EQ(sim.told(), "unavailable");
  EXPECT_LE(sent, 2 * much.size());
}

TEST(DeskJson, AU8_of_two_answers_the_second_reaches_nobody) {
  SimDesk sim(mk_json_provider());
  sim.ask("a");
  sim.settle();
  sim.dialer.service[0].say(accept_as("a") + accept_as("wrong"));
  sim.settle();
  EXPECT_EQ(sim.told("a"), "accept user=a");
  EXPECT_EQ(sim.desk->connections(), 0U);
}

TEST(DeskJson, AU8_with_a_service_that_gets_out_of_step_everybody_gets_his_own_answer_or_none) {
  std::mt19937 random(20);
  SimDesk sim(mk_json_provider());
  int accepted = 0;
  for (int login = 0; login < 1000; ++login) {
    const std::string user = "user" + std::to_string(login % 100);
    sim.answers.clear();
    sim.ask(user);
    sim.settle();
    auto& service = sim.dialer.service.back();
    const std::string request = service.hear();
    if (request.empty()) continue;
    const std::string answer = accept_as(user_in(request));
    switch (random() % 4) {
      case 0: service.try_say(answer + accept_as("stranger")); break;
      case 1: service.try_say(answer + "x"); break;
      default: service.try_say(answer); break;
    }
    sim.settle();
    if (random() % 4 == 0) service.try_say(accept_as("stranger"));  // and nobody asked
    EXPECT_EQ(sim.told(user), "accept user=" + user) << login;
    ++accepted;
  }
  EXPECT_EQ(accepted, 1000);
}

TEST(DeskJson, garbled_answers_open_no_breaker) {
  SimDesk sim(mk_json_provider());
  for (int i = 0; i < 20; ++i) {
    sim.ask();
    sim.settle();
    (void)sim.dialer.service.back().hear();
    sim.dialer.service.back().try_say(json_of("{\"version\":1}"));
    sim.settle();
    EXPECT_EQ(sim.told(), "unavailable");
  }
  EXPECT_EQ(sim.breakers_open(), 0);
}

TEST(DeskJson, a_password_that_is_no_text_is_refused_though_the_service_is_away) {
  SimDesk sim(mk_json_provider());
  policy::Question question = mk_question(sim.provider);
  question.secret = Secret("p\xe4ss");
  sim.ask(std::move(question), nullptr);
  sim.settle();
  EXPECT_EQ(sim.told(), "refuse []");
  EXPECT_TRUE(sim.dialer.dialled.empty());
}

}  // namespace
}  // namespace postern::auth
