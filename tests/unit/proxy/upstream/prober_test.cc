// A prober with a clock that the test owns and socket pairs: the test is the members.
#include "proxy/upstream/prober.h"

#include <sys/socket.h>

#include <deque>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"
#include "tests/support/without_watches.h"

namespace postern::upstream {
namespace {

using namespace std::chrono_literals;

class Lines final : public Log {
 public:
  std::vector<std::string> said;

 private:
  void write(LogLevel level, std::string_view message,
             std::initializer_list<Field> fields) override {
    said.push_back(render_json(level, "T", message, fields));
  }
};

// Members by address: those that answer, hang, refuse or say something else.
class Town final : public net::Dialer {
 public:
  Result<net::Stream, net::DialFault> dial(const SocketAddress& to) override {
    const std::string at = to.ip.text();
    ++asked[at];
    if (has_no_ports) return Fail<net::DialFault>({"Cannot assign requested address", true});
    if (refuses.contains(at)) return Fail<std::string>("Connection refused");
    int fds[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) != 0) {
      return Fail<std::string>("no socket");
    }
    others.emplace_back(fds[1]);
    const auto says = words.find(at);
    const std::string greeting = says == words.end() ? "* OK ready\r\n" : says->second;
    if (!hangs.contains(at) && !greeting.empty()) (void)others.back().write(greeting);
    return net::Stream(fds[0]);
  }
  std::map<std::string, int> asked;
  std::set<std::string> refuses, hangs;
  std::map<std::string, std::string> words;
  std::deque<net::Stream> others;
  bool has_no_ports = false;
};

class Probers : public testing::Test {
 protected:
  static constexpr auto kBackend = "mail/example/box";

  Probers()
      : prober_({log_, clock_, metrics_, town_, table_,
                 [this] { return InForce{nullptr, snapshot()}; }}) {
    backend_.ports = {{Protocol::Imap, config::BackendTlsMode::Disabled, config::ClientInfo::None}};
    backend_.health = {config::HealthMode::Greeting, 10s, 3s, 3, 1};
    serve(2);
  }
  void serve(int members) {
    set_.endpoints.clear();
    for (int i = 0; i < members; ++i) {
      config::Endpoint one;
      one.id = fmt::format("m{:03}", i);
      one.address = *IpAddress::parse(fmt::format("10.0.{}.{}", i / 250, i % 250 + 1));
      one.ports = {{Protocol::Imap, 143}};
      set_.endpoints.push_back(one);
    }
  }
  [[nodiscard]] config::Snapshot snapshot() const {
    config::Snapshot::Resources all;
    if (!gone_) {
      for (config::ResourceBody body :
           {config::ResourceBody(backend_), config::ResourceBody(set_)}) {
        auto one = std::make_shared<const config::Resource>(
            config::Resource{kBackend, "v", {}, std::move(body)});
        all[one->key()] = one;
      }
    }
    return {"1", all};
  }
  void follow() {
    prober_.notice();
    pass(1s);
  }
  void settle() {
    for (int i = 0; i < 6; ++i) prober_.turn(0ms);
  }
  void pass(Duration duration) {
    for (Duration left = duration; left > 0ms; left -= 50ms) {
      clock_.pass(50ms);
      settle();
    }
  }
  [[nodiscard]] bool out(const std::string& member) { return table_.find(kBackend, member)->out; }
  [[nodiscard]] std::int64_t shown() {
    return metrics_
        .gauge("postern_backend_members_out", "Members of backends that fail their checks.",
               {{"mailserver", "mail/example"}, {"backend", kBackend}})
        .value();
  }

  test::ManualClock clock_;
  Lines log_;
  Metrics metrics_;
  Town town_;
  MemberTable table_;
  config::Backend backend_;
  config::EndpointSet set_;
  bool gone_ = false;
  Prober prober_;
};

TEST_F(Probers, member_that_greets_stays_in_and_is_asked_once_an_interval) {
  follow();
  pass(100s);
  EXPECT_NEAR(town_.asked["10.0.0.1"], 10, 1);
  EXPECT_FALSE(out("m000"));
  EXPECT_TRUE(log_.said.empty());
}

TEST_F(Probers, member_is_out_at_the_threshold_and_its_change_is_told_once) {
  town_.refuses = {"10.0.0.1"};
  follow();
  pass(20s);
  EXPECT_FALSE(out("m000"));
  pass(20s);
  EXPECT_TRUE(out("m000"));
  EXPECT_FALSE(out("m001"));
  EXPECT_EQ(shown(), 1);
  pass(100s);
  ASSERT_EQ(log_.said.size(), 1U);
  EXPECT_NE(log_.said[0].find("Connection refused"), std::string::npos);
}

TEST_F(Probers, F15_without_a_port_nobody_is_blamed_and_checks_go_on_when_there_are_some) {
  town_.refuses = {"10.0.0.1"};
  town_.has_no_ports = true;
  follow();
  pass(40s);
  EXPECT_FALSE(out("m000"));
  EXPECT_NEAR(town_.asked["10.0.0.1"], 4, 1) << "once an interval, as ever";
  town_.has_no_ports = false;
  town_.asked.clear();
  pass(40s);
  EXPECT_NEAR(town_.asked["10.0.0.2"], 4, 1);
  EXPECT_TRUE(out("m000"));
  EXPECT_FALSE(out("m001"));
}

TEST_F(Probers, F15_member_whose_connection_cannot_be_watched_is_not_blamed) {
  follow();
  test::without_watches([this] { pass(60s); });
  EXPECT_GT(town_.asked["10.0.0.1"], 3);
  EXPECT_EQ(prober_.in_flight(), 0U);
  EXPECT_FALSE(out("m000"));
  EXPECT_TRUE(log_.said.empty());
}

TEST_F(Probers, success_brings_it_back) {
  town_.refuses = {"10.0.0.1"};
  follow();
  pass(60s);
  ASSERT_TRUE(out("m000"));
  town_.refuses.clear();
  pass(10s);
  EXPECT_FALSE(out("m000"));
  EXPECT_EQ(shown(), 0);
  EXPECT_EQ(log_.said.size(), 2U);
}

TEST_F(Probers, several_successes_are_needed_where_that_is_written) {
  backend_.health.success_threshold = 3;
  town_.refuses = {"10.0.0.1"};
  follow();
  pass(60s);
  town_.refuses.clear();
  pass(20s);
  EXPECT_TRUE(out("m000"));
  pass(20s);
  EXPECT_FALSE(out("m000"));
}

TEST_F(Probers, member_that_hangs_is_given_up_after_its_timeout) {
  town_.hangs = {"10.0.0.1"};
  follow();
  pass(60s);
  EXPECT_TRUE(out("m000"));
  EXPECT_NE(log_.said.at(0).find("no answer in time"), std::string::npos);
  EXPECT_LE(prober_.in_flight(), 1U);
}

TEST_F(Probers, whatever_does_not_speak_the_protocol_is_out) {
  town_.words = {{"10.0.0.1", "HTTP/1.1 200 OK\r\n"}, {"10.0.0.2", "* BYE busy\r\n"}};
  follow();
  pass(60s);
  EXPECT_TRUE(out("m000"));
  EXPECT_TRUE(out("m001"));
  EXPECT_EQ(shown(), 2);
}

TEST_F(Probers, where_a_connection_is_enough_nothing_needs_to_be_said) {
  backend_.health.mode = config::HealthMode::Connect;
  town_.words = {{"10.0.0.1", ""}, {"10.0.0.2", "HTTP/1.1 200 OK\r\n"}};
  follow();
  pass(60s);
  EXPECT_GT(town_.asked["10.0.0.1"], 3);
  EXPECT_FALSE(out("m000"));
  EXPECT_FALSE(out("m001"));
}

TEST_F(Probers, nobody_is_asked_where_sessions_tell) {
  for (const auto mode : {config::HealthMode::Passive, config::HealthMode::Disabled}) {
    backend_.health.mode = mode;
    follow();
    pass(30s);
  }
  EXPECT_TRUE(town_.asked.empty());
}

TEST_F(Probers, backend_that_goes_is_asked_no_more_and_its_members_are_not_out) {
  town_.refuses = {"10.0.0.1"};
  follow();
  pass(60s);
  const auto state = table_.find(kBackend, "m000");
  ASSERT_TRUE(state->out);
  gone_ = true;
  follow();
  town_.asked.clear();
  pass(60s);
  EXPECT_TRUE(town_.asked.empty());
  EXPECT_FALSE(state->out);
  EXPECT_EQ(shown(), 0);
  EXPECT_EQ(prober_.members(), 0U);
}

TEST_F(Probers, member_that_is_not_ready_is_not_asked) {
  set_.endpoints[0].state = config::EndpointState::NotReady;
  follow();
  pass(30s);
  EXPECT_EQ(town_.asked["10.0.0.1"], 0);
  EXPECT_GT(town_.asked["10.0.0.2"], 1);
}

TEST_F(Probers, what_was_found_stays_when_something_else_changes) {
  town_.refuses = {"10.0.0.1"};
  follow();
  pass(60s);
  ASSERT_TRUE(out("m000"));
  serve(3);
  follow();
  EXPECT_TRUE(out("m000"));
  EXPECT_EQ(shown(), 1);
}

TEST_F(Probers, member_at_another_address_begins_anew) {
  town_.refuses = {"10.0.0.1"};
  follow();
  pass(60s);
  ASSERT_TRUE(out("m000"));
  set_.endpoints[0].address = *IpAddress::parse("10.0.0.99");
  follow();
  EXPECT_FALSE(out("m000"));
}

TEST_F(Probers, thousand_members_are_spread_over_the_interval) {
  serve(1000);
  follow();
  town_.asked.clear();
  std::size_t most = 0;
  for (int tick = 0; tick < 200; ++tick) {
    std::size_t before = 0;
    for (const auto& [member, times] : town_.asked) before += static_cast<std::size_t>(times);
    pass(50ms);
    std::size_t after = 0;
    for (const auto& [member, times] : town_.asked) after += static_cast<std::size_t>(times);
    most = std::max(most, after - before);
    town_.others.clear();
  }
  EXPECT_EQ(town_.asked.size(), 1000U);
  EXPECT_LE(most, 30U) << "5 are expected in each of 200 ticks";
}

TEST_F(Probers, hanging_members_take_a_bounded_number_of_descriptors) {
  serve(500);
  for (const config::Endpoint& one : set_.endpoints) town_.hangs.insert(one.address.text());
  backend_.health.interval = 1s;
  follow();
  for (int i = 0; i < 60; ++i) {
    pass(100ms);
    EXPECT_LE(prober_.in_flight(), Prober::kInFlight);
  }
  EXPECT_EQ(prober_.in_flight(), Prober::kInFlight);
}

TEST_F(Probers, check_that_takes_longer_than_its_interval_is_not_doubled) {
  town_.hangs = {"10.0.0.1", "10.0.0.2"};
  backend_.health.interval = 1s;
  backend_.health.timeout = 30s;
  follow();
  pass(10s);
  EXPECT_EQ(prober_.in_flight(), 2U);
  follow();
  pass(5s);
  EXPECT_EQ(prober_.in_flight(), 2U);
}

}  // namespace
}  // namespace postern::upstream
