// How sessions are sent on their way: at their time, between two responses, with a word; and what
// is left at the end without one.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kBye = "* BYE [UNAVAILABLE] server is moving, reconnect\r\n";

// As a proxy that stops says it: the window begins now.
Leave leave_within(const SimWorker& sim, Duration window) {
  const Instant now = sim.clock.now();
  return {Cause::Drain, now, window, now + window + seconds{5}};
}

// One who has logged in and waits in IDLE.
Peer connect_and_idle(SimWorker& sim) {
  Peer client = sim.connect_and_log_in();
  client.say("b IDLE\r\n");
  sim.settle();
  sim.dialer.backends.back().say("+ idling\r\n");
  sim.settle();
  EXPECT_EQ(client.hear(), "+ idling\r\n");
  return client;
}

// Second by second, as a worker lives it.
void live(SimWorker& sim, seconds long_enough) {
  for (seconds left = long_enough; left > seconds{0}; left -= seconds{1}) sim.pass(seconds{1});
}

void end(SimWorker& sim, Peer& client) {
  client.hang_up();
  for (Peer& backend : sim.dialer.backends) backend.hang_up();
  sim.settle();
  sim.pass(minutes{10});
  expect_nothing_left(sim);
}

TEST(Departure, times_are_spread_evenly_over_the_window) {
  const Leave leave{Cause::Drain, Instant{}, minutes{5}, Instant{} + minutes{6}};
  constexpr std::size_t kSessions = 10'000;
  std::array<std::size_t, 300> by_second{};
  for (std::size_t i = 0; i < kSessions; ++i) {
    const std::string id = "aaaa" + std::to_string(1'000'000 + i) + "bbbbbbbbb";
    const Departure one = departure_of(id, leave);
    ASSERT_GE(one.at, leave.from);
    ASSERT_LT(one.at, leave.from + leave.window);
    ASSERT_GE(one.by, leave.forced);
    ASSERT_LT(one.by, leave.forced + kForcedSpread);
    ++by_second[static_cast<std::size_t>((one.at - leave.from) / seconds{1})];
  }
  EXPECT_LE(*std::ranges::max_element(by_second), 2 * kSessions / by_second.size());
}

TEST(Departure, of_a_session_is_the_same_each_time) {
  const Leave leave{Cause::Drain, Instant{}, minutes{5}, Instant{} + minutes{6}};
  EXPECT_EQ(departure_of("abc", leave).at, departure_of("abc", leave).at);
  EXPECT_NE(departure_of("abc", leave).at, departure_of("abd", leave).at);
}

TEST(Departing, without_a_window_is_at_once) {
  const Leave leave{Cause::Drain, Instant{} + seconds{1}, Duration{0}, Instant::max()};
  EXPECT_EQ(departure_of("abc", leave).at, leave.from);
  EXPECT_EQ(departure_of("abc", leave).by, Instant::max());
}

TEST(Departing, in_idle_a_client_hears_goodbye_at_his_time_and_not_before) {
  SimWorker sim;
  Peer client = connect_and_idle(sim);
  std::string id;
  sim.worker.each([&](Session& session) { id = session.copy_record().id; });
  const Leave leave = leave_within(sim, minutes{1});
  const Departure planned = departure_of(id, leave);
  sim.worker.drain(leave);
  sim.settle();
  sim.pass(
      std::max(seconds{0}, std::chrono::floor<seconds>(planned.at - sim.clock.now()) - seconds{1}));
  EXPECT_EQ(client.hear(), "");
  sim.pass(seconds{3});
  EXPECT_EQ(client.hear(), kBye);
  EXPECT_TRUE(client.heard_end());
  EXPECT_TRUE(sim.dialer.backends.back().heard_end());
  EXPECT_EQ(sim.dialer.backends.back().hear().find("LOGOUT"), std::string::npos);
  EXPECT_EQ(sim.session_lines(), 1U);
  EXPECT_NE(sim.log.lines.back().find("\"draining\""), std::string::npos) << sim.log.lines.back();
  EXPECT_NE(sim.log.lines.back().find("\"proxy\""), std::string::npos) << sim.log.lines.back();
  end(sim, client);
}

TEST(Departing, waits_until_a_response_with_a_literal_has_ended) {
  SimWorker sim;
  Peer client = sim.connect_and_log_in();
  Peer& backend = sim.dialer.backends.back();
  client.say("b FETCH 1 BODY[]\r\n");
  sim.settle();
  (void)backend.hear();
  const std::string message(100, 'x');
  backend.say("* 1 FETCH (BODY[] {100}\r\n" + message.substr(0, 60));
  sim.worker.drain(leave_within(sim, Duration{0}));
  sim.pass(seconds{3});
  EXPECT_EQ(client.hear(), "* 1 FETCH (BODY[] {100}\r\n" + message.substr(0, 60));
  backend.say(message.substr(60) + ")\r\n");
  sim.settle();
  EXPECT_EQ(client.hear(), message.substr(60) + ")\r\n");  // its command is not answered yet
  backend.say("b OK done\r\n");
  sim.settle();
  EXPECT_EQ(client.hear(), "b OK done\r\n" + std::string(kBye));
  end(sim, client);
}

TEST(Departing, is_cut_off_at_the_end_wherever_it_is) {
  SimWorker sim;
  Peer client = sim.connect_and_log_in();
  client.say("b FETCH 1 BODY[]\r\n");
  sim.settle();
  sim.dialer.backends.back().say("* 1 FETCH (BODY[] {100}\r\nxyz");
  sim.worker.drain(leave_within(sim, seconds{10}));
  sim.pass(seconds{14});
  EXPECT_EQ(client.hear(), "* 1 FETCH (BODY[] {100}\r\nxyz");
  EXPECT_FALSE(client.heard_end());
  sim.pass(seconds{3});
  EXPECT_EQ(client.hear(), "");
  EXPECT_TRUE(client.heard_end());
  sim.pass(seconds{3});
  EXPECT_EQ(sim.worker.sessions(), 0U);
  end(sim, client);
}

TEST(Departing, who_talks_without_end_and_without_a_boundary_is_cut_off_too) {
  SimWorker sim;
  Peer client = sim.connect_and_log_in();
  client.say("b FETCH 1 BODY[]\r\n");
  sim.settle();
  sim.dialer.backends.back().say("* 1 FETCH (BODY[] {1000000000}\r\n");
  sim.worker.drain(leave_within(sim, seconds{2}));
  for (int second = 0; second < 12 && !client.heard_end(); ++second) {
    sim.dialer.backends.back().try_say(std::string(1000, 'x'));
    sim.pass(seconds{1});
  }
  EXPECT_TRUE(client.heard_end());
  end(sim, client);
}

TEST(Departing, what_cannot_be_followed_ends_without_a_word_when_it_is_silent) {
  SimWorker sim;
  Peer client = sim.connect_and_log_in();
  Peer& backend = sim.dialer.backends.back();
  client.say("b COMPRESS DEFLATE\r\n");
  sim.settle();
  backend.say("b OK compressed\r\n");
  sim.settle();
  (void)client.hear();
  sim.worker.drain(leave_within(sim, Duration{0}));
  sim.pass(seconds{1});
  backend.say("\x01\x02\x03");
  sim.settle();
  sim.pass(Duration{1'500});
  EXPECT_EQ(client.hear(), "\x01\x02\x03");
  EXPECT_FALSE(client.heard_end());
  sim.pass(seconds{1});
  EXPECT_EQ(client.hear(), "");
  EXPECT_TRUE(client.heard_end());
  end(sim, client);
}

TEST(Departing, keeps_the_pace_of_a_response_until_it_has_ended) {
  World world;
  world.server.limits.bytes_per_second = 50'000;
  SimWorker sim(world);
  Peer client = sim.connect_and_log_in();
  Peer& backend = sim.dialer.backends.back();
  client.say("b FETCH 1 BODY[]\r\n");
  sim.settle();
  const std::string response =
      "* 1 FETCH (BODY[] {100000}\r\n" + std::string(100'000, 'x') + ")\r\nb OK done\r\n";
  backend.say(response);
  sim.worker.drain({Cause::Drain, sim.clock.now(), Duration{0}, sim.clock.now() + minutes{1}});
  for (int tenths = 0; tenths < 30; ++tenths) sim.pass(Duration{100});  // nobody reads or writes
  const std::string heard = client.hear();
  EXPECT_EQ(heard.size(), response.size() + kBye.size());
  EXPECT_TRUE(heard == response + std::string(kBye));
  end(sim, client);
}

TEST(Departing, what_a_slow_reader_has_not_taken_is_no_silence) {
  SimWorker sim;
  Peer client = sim.connect_and_log_in();
  Peer& backend = sim.dialer.backends.back();
  client.say("b COMPRESS DEFLATE\r\n");
  sim.settle();
  backend.say("b OK compressed\r\n");
  sim.settle();
  (void)client.hear();
  for (int i = 0; i < 2; ++i) {
    backend.say(std::string(200'000, 'x'));
    sim.settle();
  }
  ASSERT_EQ(sim.worker.guests().blocked, 1) << "more than the client's socket takes";
  sim.worker.drain({Cause::Drain, sim.clock.now(), Duration{0}, sim.clock.now() + minutes{1}});
  live(sim, seconds{4});
  std::string heard;
  for (int i = 0; i < 20; ++i) {
    heard += client.hear();
    sim.settle();
  }
  EXPECT_EQ(heard.size(), 400'000U);
  live(sim, seconds{3});
  EXPECT_TRUE(client.heard_end());
  end(sim, client);
}

TEST(Departing, a_login_that_had_begun_is_let_in_and_then_goes) {
  SimWorker sim;
  Peer client = sim.connect();
  client.say("a LOGIN alice secret\r\n");
  sim.settle();
  sim.worker.drain(leave_within(sim, Duration{0}));
  sim.settle();
  let_in(sim, sim.dialer.backends.back());
  const std::string heard = client.hear();
  EXPECT_NE(heard.find("a OK"), std::string::npos) << heard;
  EXPECT_TRUE(heard.ends_with(kBye)) << heard;
  end(sim, client);
}

TEST(Departing, a_login_that_is_refused_meanwhile_is_not_tried_again) {
  SimWorker sim;
  Peer client = sim.connect();
  client.say("a LOGIN alice wrong\r\n");
  sim.settle();
  sim.worker.drain(leave_within(sim, minutes{5}));
  sim.settle();
  Peer& backend = sim.dialer.backends.back();
  backend.say(kGreeting);
  sim.settle();
  const std::string login = backend.hear();
  backend.say(login.substr(0, login.find(' ')) + " NO [AUTHENTICATIONFAILED] no\r\n");
  sim.settle();
  const std::string heard = client.hear();
  EXPECT_NE(heard.find("a NO [AUTHENTICATIONFAILED]"), std::string::npos) << heard;
  EXPECT_NE(heard.find("* BYE"), std::string::npos) << heard;
  EXPECT_TRUE(client.heard_end());
  end(sim, client);
}

TEST(Departing, who_has_not_logged_in_by_the_end_is_closed) {
  SimWorker sim;
  Peer client = sim.connect();
  client.say("a LOGIN alice secret\r\n");  // and the backend says nothing
  sim.settle();
  sim.worker.drain(leave_within(sim, seconds{1}));
  sim.pass(seconds{5});
  EXPECT_FALSE(client.heard_end());
  sim.pass(seconds{2});
  EXPECT_TRUE(client.heard_end());
  end(sim, client);
}

TEST(Departing, worker_says_once_that_it_is_empty) {
  SimWorker sim;
  int times = 0;
  Peer client = connect_and_idle(sim);
  sim.worker.drain(leave_within(sim, Duration{0}));
  sim.worker.when_empty([&times] { ++times; });
  sim.settle();
  EXPECT_EQ(times, 0);  // he may still read what he was told
  client.hang_up();
  sim.settle();
  EXPECT_EQ(times, 1);
  sim.settle();
  EXPECT_EQ(times, 1);
  end(sim, client);
}

TEST(Departing, at_most_a_thousand_sessions_are_told_in_one_turn) {
  rlimit descriptors{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &descriptors), 0);
  descriptors.rlim_cur = descriptors.rlim_max;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &descriptors), 0);
  constexpr std::size_t kClients = 1'400;
  if (descriptors.rlim_cur < 2 * kClients + 50)
    FAIL() << "needs " << 2 * kClients << " descriptors";
  World world;
  world.server.limits = {};
  world.server.limits.max_connections_per_source = 0;
  world.server.limits.max_connections_before_login = 0;
  SimWorker sim(world);
  std::vector<Peer> clients;
  for (std::size_t i = 0; i < kClients; ++i) clients.push_back(sim.connect());
  for (Peer& client : clients) (void)client.hear();
  sim.worker.drain(leave_within(sim, minutes{5}));
  const auto told = [&clients] {
    return static_cast<std::size_t>(std::ranges::count_if(
        clients, [](Peer& one) { return one.hear().find("* BYE") != std::string::npos; }));
  };
  sim.worker.turn(Duration{0});
  EXPECT_EQ(told(), kSessionsAtOnce);
  sim.worker.turn(Duration{0});
  EXPECT_EQ(told(), kClients - kSessionsAtOnce);
  clients.clear();
  sim.settle();
  sim.pass(minutes{10});
  expect_nothing_left(sim);
}

// ---- what the configuration takes away

class Config : public ::testing::Test {
 protected:
  void serve(std::initializer_list<const char*> members) {
    world_.endpoints = *served_by(members);
    sim_.worker.adopt_endpoints(kBox, served_by(members));
    sim_.settle();
  }
  World world_;
  SimWorker sim_{world_};
};

TEST_F(Config, an_endpoint_that_is_no_more_sends_its_sessions_on_their_way) {
  Peer client = connect_and_idle(sim_);
  const std::string here = sim_.dialer.dialled.back().ip.text();
  const char* other = here == "10.0.0.1" ? "10.0.0.2" : "10.0.0.1";
  serve({other});
  EXPECT_EQ(client.hear(), "");
  live(sim_, minutes{5});
  EXPECT_EQ(client.hear(), kBye);
  EXPECT_NE(sim_.log.lines.back().find("endpoint is no more"), std::string::npos);
  end(sim_, client);
}

TEST_F(Config, an_endpoint_that_comes_back_in_time_keeps_its_sessions) {
  Peer client = connect_and_idle(sim_);
  serve({});
  serve({"10.0.0.1", "10.0.0.2"});
  live(sim_, minutes{6});
  EXPECT_EQ(client.hear(), "");
  EXPECT_EQ(sim_.counters.relaying.value(), 1);
  end(sim_, client);
}

TEST_F(Config, an_endpoint_that_serves_while_it_ends_keeps_its_sessions) {
  Peer client = connect_and_idle(sim_);
  auto ending = std::make_shared<config::EndpointSet>(*served_by({"10.0.0.1", "10.0.0.2"}));
  for (config::Endpoint& one : ending->endpoints) {
    one.state = config::EndpointState::ServingTerminating;
  }
  sim_.worker.adopt_endpoints(kBox, ending);
  live(sim_, minutes{6});
  EXPECT_EQ(client.hear(), "");
  EXPECT_EQ(sim_.counters.relaying.value(), 1);
  end(sim_, client);
}

TEST_F(Config, a_mail_server_that_is_no_more_sends_its_sessions_on_their_way) {
  Peer client = connect_and_idle(sim_);
  config::Snapshot::Resources none;
  auto without = std::make_shared<net::Prepared>();
  without->snapshot = std::make_shared<const config::Snapshot>("2", std::move(none));
  (void)sim_.worker.adopt(without);
  sim_.settle();
  EXPECT_EQ(client.hear(), "");
  live(sim_, minutes{5});
  EXPECT_EQ(client.hear(), kBye);
  EXPECT_NE(sim_.log.lines.back().find("served no more"), std::string::npos);
  end(sim_, client);
}

TEST_F(Config, the_class_says_how_long_that_takes) {
  Peer client = connect_and_idle(sim_);
  config::ClassTerms terms;
  terms.drain = {Duration{0}, seconds{2}, seconds{20}};
  auto next = world_.prepared();
  auto resources = next->snapshot->resources();
  std::erase_if(resources, [](const auto& one) {
    return one.first.type == config::ResourceType::Server ||
           one.first.type == config::ResourceType::Listener;
  });
  const auto said = resource(std::string(config::kClassTermsName), terms);
  resources[said->key()] = said;
  next->snapshot = std::make_shared<const config::Snapshot>("2", std::move(resources));
  (void)sim_.worker.adopt(next);
  sim_.settle();
  sim_.pass(seconds{3});
  EXPECT_EQ(client.hear(), kBye);
  end(sim_, client);
}

TEST_F(Config, a_drain_hurries_those_who_have_to_go_anyway) {
  Peer client = connect_and_idle(sim_);
  serve({});
  sim_.worker.drain(leave_within(sim_, seconds{1}));
  sim_.pass(seconds{2});
  EXPECT_EQ(client.hear(), kBye);
  end(sim_, client);
}

}  // namespace
}  // namespace postern::session::test
