// SimDesk: a real desk on a real loop, with a clock that the test owns and a dialer that hands out
// socket pairs. The test is the auth service; nothing happens but what it does.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "proxy/auth/desk.h"
#include "tests/support/kept_lines.h"
#include "tests/support/manual_clock.h"
#include "tests/support/shown_metrics.h"
#include "tests/support/socket_pair.h"
#include "tests/unit/proxy/auth/mk.h"

namespace postern::auth::test {

// The service's end of one connection.
class ServiceEnd {
 public:
  explicit ServiceEnd(net::Stream stream) : stream_(std::move(stream)) {}
  void say(ByteView octets) {
    const net::Io io = stream_.write(octets);
    ASSERT_EQ(io.octets, octets.size());
  }
  // As much as there is a reader for.
  void try_say(ByteView octets) {
    if (stream_.open()) (void)postern::test::write_some(stream_, octets);
  }
  [[nodiscard]] std::string hear() {
    net::IoStatus last = net::IoStatus::Done;
    std::string out = stream_.open() ? postern::test::read_all(stream_, &last) : std::string{};
    ended_ = ended_ || last == net::IoStatus::Ended || last == net::IoStatus::Broken;
    return out;
  }
  // The desk has closed it.
  [[nodiscard]] bool left() {
    (void)hear();
    return ended_;
  }
  void hang_up() { stream_.close(); }
  [[nodiscard]] net::Stream& stream() { return stream_; }

 private:
  net::Stream stream_;
  bool ended_ = false;
};

class PairDialer final : public net::Dialer {
 public:
  Result<net::Stream, net::DialFault> dial(const SocketAddress& to) override {
    dialled.push_back(to.text());
    if (refusing.contains(to.text())) return Fail<std::string>("Connection refused");
    if (silent.contains(to.text())) {
      return net::Stream(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    }
    auto ends = postern::test::stream_pair(buffer_octets);
    service.emplace_back(std::move(ends.b));
    return std::move(ends.a);
  }
  std::vector<std::string> dialled;
  std::set<std::string> refusing;
  std::set<std::string> silent;  // no connection ever comes about
  std::deque<ServiceEnd> service;
  int buffer_octets = 0;
};

inline std::string yes(const std::string& more = "") {
  return "HTTP/1.1 200 OK\r\nAuth-Status: OK\r\n" + more + "Content-Length: 0\r\n\r\n";
}

// The name in a question.
inline std::string asked_user(const std::string& request) {
  const std::string before = "Auth-User: ";
  const std::size_t at = request.find(before);
  if (at == std::string::npos) return {};
  const std::size_t from = at + before.size();
  return request.substr(from, request.find("\r\n", from) - from);
}

class SimDesk {
 public:
  explicit SimDesk(config::Provider asked = mk_provider())
      : provider(std::move(asked)), desk(std::make_unique<Desk>(needs())) {}

  [[nodiscard]] DeskNeeds needs() {
    return {loop, timers, dialer, tls_sessions, clock, log, metrics};
  }

  policy::RequestId ask(const std::string& user = "alice") {
    return ask(mk_question(provider, user), nullptr);
  }
  policy::RequestId ask(policy::Question question, std::shared_ptr<const void> keeps) {
    const std::string user = question.user;
    return desk->ask(std::move(question), std::move(keeps), [this, user](policy::Answer answer) {
      if (const auto* const out = std::get_if<policy::Unavailable>(&answer)) detail = out->detail;
      answers[user].push_back(words(answer));
    });
  }

  // Turns until nothing can happen any more without the test.
  void settle() {
    for (int i = 0; i < 12; ++i) {
      for (const net::Event& event : loop.wait(Duration{0})) {
        if (event.token.role == net::Role::Provider) desk->on_event(event);
      }
      loop.run_posted();
      timers.advance(clock.now(), [this](std::uint64_t token) {
        ASSERT_EQ(token, Desk::kTimerToken);
        desk->on_timer();
      });
    }
  }
  void pass(Duration duration) {
    clock.pass(duration);
    settle();
  }
  // A login from end to end, over the connection number `at`.
  void log_in(const std::string& user, std::size_t at) {
    ask(user);
    settle();
    ASSERT_LT(at, dialer.service.size());
    ASSERT_EQ(asked_user(dialer.service[at].hear()), user);
    dialer.service[at].say(yes());
    settle();
    ASSERT_EQ(told(user), "accept");
  }
  // So many questions at the same time, each answered.
  void ask_at_once(int questions) {
    for (int i = 0; i < questions; ++i) ask("u" + std::to_string(i));
    settle();
    for (ServiceEnd& end : dialer.service) {
      if (!asked_user(end.hear()).empty()) end.say(yes());
    }
    settle();
  }
  // What a user was told last; "-" when nothing.
  [[nodiscard]] std::string told(const std::string& user = "alice") {
    return answers[user].empty() ? "-" : answers[user].back();
  }
  [[nodiscard]] std::uint64_t requests(const std::string& result) {
    return static_cast<std::uint64_t>(postern::test::counted(
        metrics, "postern_auth_requests_total", {{"provider", "http"}, {"result", result}}));
  }
  [[nodiscard]] std::int64_t breakers_open() {
    return postern::test::counted(metrics, "postern_auth_breaker_open");
  }

  config::Provider provider;
  postern::test::ManualClock clock;
  postern::test::KeptLines log;
  Metrics metrics;
  net::Loop loop;
  net::Timers timers{clock.now()};
  net::TlsSessions tls_sessions;
  PairDialer dialer;
  std::map<std::string, std::vector<std::string>> answers;  // by user
  std::string detail;                                       // of the last Unavailable
  std::unique_ptr<Desk> desk;
};

}  // namespace postern::auth::test
