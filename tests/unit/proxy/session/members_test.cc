// Members of a backend as sessions meet them: places, turns, redirects. A client, a worker and
// backends that the test plays.
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/proxy/session/fake_asker.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {
namespace {

constexpr std::string_view kUnavailable = "a NO [UNAVAILABLE]";

std::uint32_t sessions_at(SimWorker& sim, const std::string& member) {
  return sim.members.find(kBox, member)->sessions.load();
}

std::string dialled(const SimWorker& sim) {
  std::string out;
  for (const SocketAddress& one : sim.dialer.dialled) out += one.ip.text().back();
  return out;
}

// The backend hears the login and says this to it, {} is the tag.
void answer(SimWorker& sim, std::string_view words) {
  Peer& backend = sim.dialer.backends.back();
  backend.say(kGreeting);
  sim.settle();
  const std::string login = backend.hear();
  ASSERT_NE(login.find("AUTHENTICATE PLAIN"), std::string::npos) << login;
  backend.say(fmt::format(fmt::runtime(words), login.substr(0, login.find(' '))) + "\r\n");
  sim.settle();
}

void begin_login(SimWorker& sim, Peer& client, const std::string& user = "alice") {
  (void)client.hear();
  client.say("a LOGIN " + user + " secret\r\n");
  sim.settle();
}

World mk_world(std::uint32_t most) {
  World world;
  world.backend.max_sessions_per_member = most;
  return world;
}

TEST(MembersOfSessions, place_is_held_while_the_session_is_relayed_and_given_back_at_its_end) {
  SimWorker sim;
  {
    Peer client = sim.connect_and_log_in();
    const std::string member = sim.dialer.dialled.back().ip.text();
    EXPECT_EQ(sessions_at(sim, member), 1U);
    client.hang_up();
    sim.dialer.backends.back().hang_up();
    sim.settle();
    EXPECT_EQ(sessions_at(sim, member), 0U);
  }
  sim.pass(Duration{60'000});
  expect_nothing_left(sim);
}

TEST(MembersOfSessions, failed_login_gives_the_place_back) {
  SimWorker sim;
  Peer client = sim.connect();
  begin_login(sim, client);
  const std::string member = sim.dialer.dialled.back().ip.text();
  EXPECT_EQ(sessions_at(sim, member), 1U);
  answer(sim, "{} NO [AUTHENTICATIONFAILED] no");
  EXPECT_EQ(sessions_at(sim, member), 0U);
}

TEST(MembersOfSessions, member_that_cannot_be_reached_has_no_place_taken) {
  SimWorker sim;
  sim.dialer.refusals = 1;
  Peer client = sim.connect();
  begin_login(sim, client);
  ASSERT_EQ(sim.dialer.dialled.size(), 2U);
  EXPECT_EQ(sessions_at(sim, sim.dialer.dialled[0].ip.text()), 0U);
  EXPECT_EQ(sessions_at(sim, sim.dialer.dialled[1].ip.text()), 1U);
}

TEST(MembersOfSessions, full_member_is_passed_over_and_when_all_are_full_nobody_is_asked) {
  SimWorker sim(mk_world(1));
  Peer first = sim.connect_and_log_in();
  Peer second = sim.connect_and_log_in();
  EXPECT_NE(sim.dialer.dialled[0], sim.dialer.dialled[1]) << "the same user, the next member";
  Peer third = sim.connect();
  begin_login(sim, third);
  EXPECT_EQ(third.hear().find(kUnavailable), 0U);
  EXPECT_EQ(sim.dialer.dialled.size(), 2U);
  first.hang_up();
  sim.dialer.backends.front().hang_up();
  sim.settle();
  begin_login(sim, third);
  EXPECT_EQ(sim.dialer.dialled.size(), 3U);
}

TEST(MembersOfSessions, full_home_is_a_temporary_failure_and_the_user_goes_nowhere_else) {
  World world = mk_world(1);
  world.backend.declared_members = {"10.0.0.1", "10.0.0.2"};
  world.backend.on_unavailable = config::OnUnavailable::TemporaryFailure;
  SimWorker sim(world);
  Peer first = sim.connect_and_log_in();
  Peer second = sim.connect();
  begin_login(sim, second);
  EXPECT_EQ(second.hear().find(kUnavailable), 0U);
  EXPECT_EQ(sim.dialer.dialled.size(), 1U);
}

TEST(MembersOfSessions, logins_on_their_way_count_so_a_burst_never_fills_a_member_over) {
  SimWorker sim(mk_world(2));
  std::deque<Peer> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(sim.connect());
    begin_login(sim, clients.back(), fmt::format("user{}", i));
  }
  EXPECT_EQ(sim.dialer.dialled.size(), 4U);
  EXPECT_EQ(sessions_at(sim, "10.0.0.1"), 2U);
  EXPECT_EQ(sessions_at(sim, "10.0.0.2"), 2U);
}

TEST(MembersOfSessions, least_connections_fills_members_evenly) {
  World world;
  world.backend.balancing.policy = config::BalancingPolicy::LeastConnections;
  SimWorker sim(world);
  std::deque<Peer> clients;
  for (int i = 0; i < 10; ++i) clients.push_back(sim.connect_and_log_in());
  EXPECT_EQ(sessions_at(sim, "10.0.0.1"), 5U);
  EXPECT_EQ(sessions_at(sim, "10.0.0.2"), 5U);
}

TEST(MembersOfSessions, round_robin_gives_one_user_one_member_after_the_other) {
  World world;
  world.backend.balancing.policy = config::BalancingPolicy::RoundRobin;
  SimWorker sim(world);
  std::deque<Peer> clients;
  for (int i = 0; i < 4; ++i) clients.push_back(sim.connect_and_log_in());
  const std::string seen = dialled(sim);
  EXPECT_TRUE(seen == "1212" || seen == "2121") << seen;
}

// Where alice's fourth login goes, after three that her member answered so.
bool is_tried_again(SimWorker& sim, std::string_view words) {
  std::deque<Peer> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(sim.connect());
    begin_login(sim, clients.back());
    answer(sim, words);
    EXPECT_EQ(clients.back().hear().find(kUnavailable), 0U) << words;
  }
  clients.push_back(sim.connect());
  begin_login(sim, clients.back());
  EXPECT_EQ(sim.dialer.dialled.size(), 4U) << "a password is said once";
  return sim.dialer.dialled.front() == sim.dialer.dialled.back();
}

TEST(MembersOfSessions, what_a_member_has_against_one_user_puts_it_behind_nobody) {
  for (const char* words : {"{} NO [INUSE] x", "{} NO [LIMIT] x", "{} BAD x"}) {
    SimWorker sim;
    EXPECT_TRUE(is_tried_again(sim, words)) << words;
    EXPECT_EQ(sim.worker.health().records(), 0U) << words;
  }
}

TEST(MembersOfSessions, member_that_lets_nobody_in_is_put_behind_the_others) {
  for (const char* words : {"{} NO [UNAVAILABLE] x", "{} NO [SERVERBUG] x", "* BYE x"}) {
    SimWorker sim;
    EXPECT_FALSE(is_tried_again(sim, words)) << words;
  }
}

class Redirects : public testing::Test {
 protected:
  // Three members; a user who is at `first` is sent on by it.
  Redirects() { world.endpoints = *served_by({"10.0.0.1", "10.0.0.2", "10.0.0.3"}); }
  void start() {
    sim.emplace(world);
    client.emplace(sim->connect());
    begin_login(*sim, *client);
    home = sim->dialer.dialled.back().ip.text();
    for (const char* other : {"10.0.0.1", "10.0.0.2", "10.0.0.3"}) {
      if (other != home) others.emplace_back(other);
    }
  }
  void refer(const std::string& to) { answer(*sim, "{} NO [REFERRAL " + to + "] elsewhere"); }
  [[nodiscard]] std::size_t dials() const { return sim->dialer.dialled.size(); }
  void expect_refused(std::size_t after_dials = 1) {
    EXPECT_EQ(client->hear().find(kUnavailable), 0U);
    EXPECT_EQ(dials(), after_dials);
    std::size_t told = 0;
    for (const std::string& line : sim->log.lines) {
      told += line.find("not followed") != std::string::npos ? 1 : 0;
    }
    EXPECT_EQ(told, 1U) << "one warning";
  }

  World world;
  std::optional<SimWorker> sim;
  std::optional<Peer> client;
  std::string home;
  std::vector<std::string> others;
};

TEST_F(Redirects, to_another_member_is_followed_with_the_login_already_made) {
  start();
  refer("imap://alice;AUTH=*@" + others[0] + ":993/");
  ASSERT_EQ(dials(), 2U);
  EXPECT_EQ(sim->dialer.dialled.back().text(), others[0] + ":143") << "at the backend's own port";
  let_in(*sim, sim->dialer.backends.back());
  EXPECT_NE(client->hear().find("a OK"), std::string::npos);
  EXPECT_EQ(sessions_at(*sim, home), 0U);
  EXPECT_EQ(sessions_at(*sim, others[0]), 1U);
}

TEST_F(Redirects, BE12_to_nobody_of_ours_is_unavailable) {
  start();
  refer("imap://;AUTH=*@169.254.169.254:80/");
  expect_refused();
}

TEST_F(Redirects, ST16_to_a_name_that_is_no_member_is_unavailable_and_nothing_is_looked_up) {
  start();
  refer("imap://;AUTH=*@attacker/");
  expect_refused();
}

TEST_F(Redirects, that_are_not_well_formed_are_unavailable) {
  start();
  refer("imap://" + others[0]);
  expect_refused();
}

TEST_F(Redirects, as_somebody_else_are_unavailable) {
  start();
  refer("imap://mallory;AUTH=*@" + others[0] + "/");
  expect_refused();
}

TEST_F(Redirects, to_the_member_itself_are_a_circle) {
  start();
  refer("imap://" + home + "/");
  expect_refused();
}

TEST_F(Redirects, back_to_where_the_login_has_been_are_a_circle) {
  start();
  refer("imap://" + others[0] + "/");
  ASSERT_EQ(dials(), 2U);
  refer("imap://" + home + "/");
  expect_refused(2);
}

TEST_F(Redirects, are_followed_twice_and_not_a_third_time) {
  world.endpoints = *served_by({"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"});
  start();
  refer("imap://" + others[0] + "/");
  refer("imap://" + others[1] + "/");
  ASSERT_EQ(dials(), 3U);
  refer("imap://10.0.0.4/");
  expect_refused(3);
}

TEST_F(Redirects, are_not_followed_where_that_is_written) {
  world.backend.redirects = config::Redirects::Refuse;
  start();
  refer("imap://" + others[0] + "/");
  expect_refused();
}

TEST_F(Redirects, away_from_a_users_home_are_not_followed) {
  world.backend.declared_members = {"10.0.0.1", "10.0.0.2", "10.0.0.3"};
  world.backend.on_unavailable = config::OnUnavailable::TemporaryFailure;
  start();
  refer("imap://" + others[0] + "/");
  expect_refused();
}

TEST_F(Redirects, member_that_they_name_and_that_fails_has_no_other_in_its_place) {
  start();
  sim->dialer.refusals = 1;
  refer("imap://" + others[0] + "/");
  EXPECT_EQ(client->hear().find(kUnavailable), 0U);
  EXPECT_EQ(dials(), 2U);
}

TEST_F(Redirects, share_the_deadline_of_the_first_attempt) {
  start();
  sim->pass(world.server.timeouts.backend_login - Duration{1'000});
  refer("imap://" + others[0] + "/");
  ASSERT_EQ(dials(), 2U);
  sim->pass(Duration{1'100});
  EXPECT_EQ(client->hear().find(kUnavailable), 0U);
}

TEST_F(Redirects, to_a_full_member_are_unavailable) {
  world.backend.max_sessions_per_member = 1;
  start();
  const auto taken = upstream::MemberPlace::take(sim->members.find(kBox, others[0]), 0);
  refer("imap://" + others[0] + "/");
  EXPECT_EQ(client->hear().find(kUnavailable), 0U);
  EXPECT_EQ(dials(), 1U);
}

TEST_F(Redirects, that_come_with_a_yes_change_nothing) {
  start();
  answer(*sim, "{} OK [REFERRAL imap://attacker/] in");
  const std::string heard = client->hear();
  EXPECT_NE(heard.find("a OK"), std::string::npos);
  EXPECT_EQ(heard.find("attacker"), std::string::npos) << "ST16: nobody is told to go there";
  EXPECT_EQ(dials(), 1U);
}

// The backend beside wants a certificate, and is spoken to in clear.
std::shared_ptr<net::Prepared> with_another_backend(World world) {
  config::Provider provider;
  provider.name = "accounts";
  provider.mechanisms = {Mechanism::Plain, Mechanism::Login};
  provider.kind = config::HttpProvider{};
  world.server.providers = {"mail/example/accounts"};
  world.server.protocols[0].backends.emplace_back("mail/example/other");
  config::Backend other = world.backend;
  other.ports[0].login.method = config::LoginMethod::ClientCertificate;
  auto out = world.prepared();
  config::Snapshot::Draft draft(*out->snapshot);
  draft.put(resource("mail/example/accounts", provider));
  draft.put(resource("mail/example/other", other));
  draft.put(resource("mail/example/other", *served_by({"10.0.0.9"})));
  out->snapshot = std::make_shared<const config::Snapshot>(draft.finish("2"));
  return out;
}

TEST_F(Redirects, to_a_backend_whose_login_cannot_be_made_are_unavailable) {
  FakeAsker asker;
  sim.emplace(with_another_backend(world));
  sim->worker.ask_through(asker);
  client.emplace(sim->connect());
  begin_login(*sim, *client);
  ASSERT_EQ(asker.open(), 1U);
  asker.answer(policy::Accept{});
  sim->settle();
  ASSERT_EQ(dials(), 1U);
  refer("imap://10.0.0.9/");
  expect_refused();
}

TEST_F(Redirects, leave_nothing_behind_and_log_no_password) {
  start();
  refer("imap://alice;AUTH=*@" + others[0] + "/");
  refer("imap://secret;AUTH=*@secret/");
  (void)client->hear();
  for (const std::string& line : sim->log.lines) {
    if (line.find("not followed") != std::string::npos) {
      EXPECT_EQ(line.find("imap://"), std::string::npos) << line;
    }
  }
  client->hang_up();
  sim->pass(Duration{60'000});
  EXPECT_EQ(sessions_at(*sim, home), 0U);
  EXPECT_EQ(sessions_at(*sim, others[0]), 0U);
  expect_nothing_left(*sim);
}

}  // namespace
}  // namespace postern::session::test
