// The same over TCP on loopback, where connections take their time to come about or to fail.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

#include "tests/unit/proxy/auth/sim_desk.h"

namespace postern::auth {
namespace {

using std::chrono::seconds;
using test::asked_user;
using test::http_of;
using test::mk_provider;
using test::yes;

// Listens on 127.0.0.1, on a port of the system's choice.
class Listening {
 public:
  Listening() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_.fd(), reinterpret_cast<sockaddr*>(&here), sizeof here), 0);
    EXPECT_EQ(::listen(socket_.fd(), 8), 0);
    address_ = ServerAddress{net::local_address(socket_)};
  }
  [[nodiscard]] const ServerAddress& address() const { return address_; }
  [[nodiscard]] test::ServiceEnd accept() {
    return test::ServiceEnd(
        net::Stream(::accept4(socket_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)));
  }
  void close() { socket_.close(); }

 private:
  net::Stream socket_;
  ServerAddress address_;
};

struct TcpSim : test::SimDesk {
  explicit TcpSim(std::vector<ServerAddress> addresses) {
    http_of(provider).service.addresses = std::move(addresses);
    desk = std::make_unique<Desk>(DeskNeeds{loop, timers, tcp, tls_sessions, clock, log, metrics});
  }
  // Turns as events come, until `user` is told something; the end makes a hang a failure.
  void wait_until_told(const std::string& user) {
    for (int turn = 0; turn < 100 && told(user) == "-"; ++turn) {
      for (const net::Event& event : loop.wait(Duration{100})) {
        if (event.token.role == net::Role::Provider) desk->on_event(event);
      }
      loop.run_posted();
    }
  }
  [[nodiscard]] std::string hear_question(test::ServiceEnd& end) {
    std::string heard;
    for (int i = 0; i < 1000 && !heard.ends_with("\r\n\r\n"); ++i) {
      settle();
      heard += end.hear();
    }
    return heard;
  }
  net::TcpDialer tcp;
};

TEST(DeskTcp, a_question_is_answered_over_tcp) {
  Listening service;
  TcpSim sim({service.address()});
  sim.ask("alice");
  test::ServiceEnd end = service.accept();
  EXPECT_EQ(asked_user(sim.hear_question(end)), "alice");
  end.say(yes());
  sim.wait_until_told("alice");
  EXPECT_EQ(sim.told("alice"), "accept");
}

TEST(DeskTcp, a_port_that_nobody_listens_on_is_told_at_once) {
  Listening gone;
  gone.close();
  TcpSim sim({gone.address()});
  sim.ask("alice");
  EXPECT_EQ(sim.told("alice"), "-");
  sim.wait_until_told("alice");
  EXPECT_EQ(sim.told("alice"), "unavailable");
  EXPECT_EQ(sim.detail, "Connection refused");
}

TEST(DeskTcp, the_next_address_is_tried_when_one_refuses) {
  Listening gone;
  Listening service;
  gone.close();
  TcpSim sim({gone.address(), service.address()});
  sim.ask("alice");
  sim.settle();
  test::ServiceEnd end = service.accept();
  EXPECT_EQ(asked_user(sim.hear_question(end)), "alice");
  end.say("HTTP/1.1 200 OK\r\nAuth-Status: no\r\nContent-Length: 0\r\n\r\n");
  sim.wait_until_told("alice");
  EXPECT_EQ(sim.told("alice"), "refuse [no]");
}

}  // namespace
}  // namespace postern::auth
