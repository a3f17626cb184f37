// What sessions see of a change: who is in dialogue keeps the snapshot of his beginning, who is
// relayed keeps none, and everybody dials who serves now.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {
namespace {

using namespace std::chrono_literals;

TEST(Adopt, gives_back_the_configuration_that_was_in_force) {
  SimWorker sim;
  const auto before = sim.worker.prepared();
  const auto next = World().prepared();
  EXPECT_EQ(sim.worker.adopt(next), before);
  EXPECT_EQ(sim.worker.prepared(), next);
}

TEST(Adopt, a_shorter_idle_limit_holds_for_who_relays_already) {
  SimWorker sim;
  Peer client = sim.connect_and_log_in();
  World strict;
  strict.server.timeouts.idle = 5min;
  sim.adopt(strict);
  sim.pass(4min);
  EXPECT_FALSE(client.heard_end());
  sim.pass(61s);
  EXPECT_TRUE(client.heard_end());
}

TEST(Adopt, a_longer_idle_limit_holds_for_who_relays_already) {
  SimWorker sim;
  Peer client = sim.connect_and_log_in();
  World patient;
  patient.server.timeouts.idle = 60min;
  sim.adopt(patient);
  sim.pass(59min);
  EXPECT_FALSE(client.heard_end());
  sim.pass(2min);
  EXPECT_TRUE(client.heard_end());
}

TEST(Adopt, who_logs_in_under_an_older_snapshot_relays_under_the_newest_terms) {
  SimWorker sim;
  Peer client = sim.connect();
  World strict;
  strict.server.timeouts.idle = 5min;
  sim.adopt(strict);
  client.say("a LOGIN alice secret\r\n");
  sim.settle();
  let_in(sim, sim.dialer.backends.back());
  EXPECT_EQ(sim.worker.snapshots().alive(), 1U);
  sim.pass(4min);
  EXPECT_FALSE(client.heard_end());
  sim.pass(61s);
  EXPECT_TRUE(client.heard_end());
}

TEST(Adopt, the_last_line_of_a_session_is_written_by_the_newest_terms) {
  SimWorker sim;
  Peer loud = sim.connect_and_log_in();
  World silent;
  silent.server.session_logging = config::SessionLogging::None;
  sim.adopt(silent);
  loud.hang_up();
  sim.settle();
  EXPECT_EQ(sim.session_lines(), 0U);
}

TEST(Adopt, lines_below_the_level_of_the_mailserver_are_left_out) {
  World quiet;
  quiet.server.log_level = config::LogLevel::Warning;
  SimWorker sim(quiet);
  Peer client = sim.connect_and_log_in();
  client.hang_up();
  sim.dialer.backends.back().hang_up();
  sim.settle();
  EXPECT_EQ(sim.session_lines(), 0U);
}

TEST(Adopt, sessions_of_a_server_that_is_gone_keep_its_last_terms) {
  SimWorker sim;
  Peer client = sim.connect_and_log_in();
  auto nothing = std::make_shared<net::Prepared>();
  nothing->snapshot = std::make_shared<const config::Snapshot>("2", config::Snapshot::Resources{});
  (void)sim.worker.adopt(nothing);
  sim.pass(30min);
  EXPECT_FALSE(client.heard_end());
  client.hang_up();
  sim.dialer.backends.back().hang_up();
  sim.pass(3s);
  expect_nothing_left(sim);
}

TEST(Adopt, who_came_before_a_change_of_endpoints_dials_who_serves_now) {
  SimWorker sim;
  Peer client = sim.connect();
  sim.worker.adopt_endpoints(kBox, served_by({"10.0.0.7"}));
  client.say("a LOGIN alice secret\r\n");
  sim.settle();
  ASSERT_EQ(sim.dialer.dialled.size(), 1U);
  EXPECT_EQ(sim.dialer.dialled[0].ip.text(), "10.0.0.7");
}

TEST(Adopt, the_newest_endpoints_stand_before_those_of_the_snapshot) {
  SimWorker sim;
  sim.worker.adopt_endpoints(kBox, served_by({"10.0.0.7"}));
  sim.adopt(World());  // made when 10.0.0.1 and 10.0.0.2 served
  const config::Snapshot& snapshot = *sim.worker.prepared()->snapshot;
  EXPECT_EQ(sim.worker.endpoints(kBox, snapshot)->endpoints.front().id, "10.0.0.7");
  sim.worker.adopt_endpoints(kBox, nullptr);
  EXPECT_EQ(sim.worker.endpoints(kBox, snapshot)->endpoints.front().id, "10.0.0.1");
  EXPECT_EQ(sim.worker.endpoints("mail/example/none", snapshot), nullptr);
}

TEST(Adopt, a_backend_that_is_gone_still_takes_who_came_before) {
  SimWorker sim;
  Peer before = sim.connect();
  World without;
  without.without_backend = true;
  sim.worker.adopt_endpoints(kBox, nullptr);
  sim.adopt(without);
  before.say("a LOGIN alice secret\r\n");
  sim.settle();
  ASSERT_EQ(sim.dialer.backends.size(), 1U);
  let_in(sim, sim.dialer.backends.back());
  EXPECT_NE(before.hear().find("a OK"), std::string::npos);
  Peer after = sim.connect();
  (void)after.hear();
  after.say("a LOGIN alice secret\r\n");
  sim.settle();
  EXPECT_EQ(after.hear().find("a NO [UNAVAILABLE]"), 0U);
}

TEST(Adopt, nothing_is_kept_of_endpoints_that_are_gone) {
  SimWorker sim;
  sim.dialer.refusals = 2;
  Peer client = sim.connect();
  client.say("a LOGIN alice secret\r\n");
  sim.settle();
  EXPECT_EQ(sim.worker.health().records(), 2U);
  sim.worker.adopt_endpoints(kBox, served_by({"10.0.0.2", "10.0.0.3"}));
  EXPECT_EQ(sim.worker.health().records(), 1U);
  // One that failed a session which had chosen it before it went.
  sim.worker.endpoint_failed(kBox, "10.0.0.1");
  EXPECT_EQ(sim.worker.health().records(), 1U);
  World without;
  without.without_backend = true;
  sim.worker.adopt_endpoints(kBox, nullptr);
  sim.adopt(without);
  EXPECT_EQ(sim.worker.health().records(), 0U);
  sim.worker.endpoint_failed(kBox, "10.0.0.2");
  EXPECT_EQ(sim.worker.health().records(), 0U);
}

TEST(Adopt, relayed_sessions_keep_no_snapshot_alive) {  // I3.4
  SimWorker sim;
  std::vector<std::weak_ptr<const net::Prepared>> given;
  std::vector<Peer> clients;
  for (int i = 0; i < 300; ++i) {
    clients.push_back(sim.connect_and_log_in());
    given.emplace_back(sim.worker.prepared());
    if (i % 3 == 0) sim.adopt(World());
  }
  for (int i = 0; i < 1000; ++i) {
    sim.adopt(World());
    given.emplace_back(sim.worker.prepared());
  }
  const auto alive = std::ranges::count_if(given, [](const auto& one) { return !one.expired(); });
  EXPECT_LE(alive, 2);
  EXPECT_EQ(sim.worker.snapshots().alive(), 1U);
  EXPECT_EQ(sim.counters.relaying.value(), 300);
  EXPECT_EQ(sim.worker.terms().in_use(), 1U);
}

// ---- a visit that outlives many changes ---------------------------------------------------------

// One client for each of so many snapshots, the first came first.
std::vector<Peer> one_for_each(SimWorker& sim, std::size_t snapshots) {
  std::vector<Peer> clients;
  for (std::size_t i = 0; i < snapshots; ++i) {
    clients.push_back(sim.connect());
    (void)clients.back().hear();
    sim.adopt(World());
  }
  return clients;
}

TEST(OldSnapshots, only_the_visits_of_the_oldest_are_sent_away_in_words) {
  SimWorker sim;
  std::vector<Peer> clients = one_for_each(sim, 17);
  EXPECT_EQ(sim.worker.snapshots().alive(), 18U);
  sim.pass(Snapshots::kGrace);
  sim.adopt(World());
  sim.settle();
  EXPECT_EQ(clients[0].hear().substr(0, 19), "* BYE [UNAVAILABLE]");
  EXPECT_EQ(clients[1].hear().substr(0, 19), "* BYE [UNAVAILABLE]");
  EXPECT_EQ(clients[2].hear(), "");
  EXPECT_EQ(sim.counters.sent_away.value(), 2U);
  EXPECT_EQ(sim.worker.snapshots().alive(), 16U);
}

TEST(OldSnapshots, a_burst_of_changes_sends_nobody_away) {
  SimWorker sim;
  std::vector<Peer> clients = one_for_each(sim, 100);
  sim.settle();
  EXPECT_EQ(sim.counters.sent_away.value(), 0U);
}

TEST(OldSnapshots, their_number_is_bounded_whatever_the_pace) {
  SimWorker sim;
  std::vector<Peer> clients = one_for_each(sim, 300);
  sim.settle();
  EXPECT_LE(sim.worker.snapshots().alive(), Snapshots::kTooMany);
  EXPECT_GT(sim.counters.sent_away.value(), 0U);
}

TEST(OldSnapshots, who_is_logging_in_is_refused_and_his_backend_left) {
  SimWorker sim;
  std::vector<Peer> clients;
  clients.push_back(sim.connect());
  (void)clients[0].hear();
  clients[0].say("a LOGIN alice secret\r\n");
  sim.settle();
  sim.adopt(World());
  for (Peer& more : one_for_each(sim, 16)) clients.push_back(std::move(more));
  sim.pass(Snapshots::kGrace);
  sim.adopt(World());
  sim.settle();
  const std::string heard = clients[0].hear();
  EXPECT_EQ(heard.find("a NO [UNAVAILABLE] Too busy"), 0U) << heard;
  EXPECT_NE(heard.find("* BYE [UNAVAILABLE]"), std::string::npos) << heard;
  EXPECT_TRUE(sim.dialer.backends.front().heard_end());
}

TEST(OldSnapshots, who_has_not_gone_by_the_next_change_is_closed) {
  SimWorker sim;
  std::vector<Peer> clients = one_for_each(sim, 17);
  sim.pass(Snapshots::kGrace);
  sim.adopt(World());
  sim.adopt(World());  // before he could be written to
  EXPECT_EQ(sim.worker.snapshots().alive(), 16U);
  sim.settle();
  EXPECT_TRUE(clients[0].heard_end());
}

}  // namespace
}  // namespace postern::session::test
