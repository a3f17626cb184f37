#include <gtest/gtest.h>

#include <string>

#include "common/base/secret.h"
#include "tests/unit/proxy/net/tls_peers.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {
namespace {

// The world of SimWorker behind TLS, and a client that trusts it.
class SessionTls : public ::testing::Test {
 protected:
  std::shared_ptr<const net::Prepared> world(config::ListenerTls tls) { return world(tls, peers_); }
  static std::shared_ptr<const net::Prepared> world(config::ListenerTls tls,
                                                    const net::TlsPeers& peers) {
    World world;
    world.listener.tls = tls;
    config::Tenant tenant = world.listener.tenants[0];
    tenant.plaintext = config::Plaintext::Refuse;
    world.listener.tenants.set(0, std::move(tenant));
    auto prepared = world.prepared();
    prepared->tls_servers[143] = peers.server;
    return prepared;
  }
  bool shake_hands(SimWorker& sim, Peer& client) { return shake_hands(sim, client, peers_); }
  static bool shake_hands(SimWorker& sim, Peer& client, net::TlsPeers& peers) {
    return client.shake_hands(peers.client->open(peers.sessions), [&] { sim.settle(); });
  }
  static void log_in(SimWorker& sim, Peer& client) {
    client.say("b LOGIN alice secret\r\n");
    sim.settle();
    Peer& backend = sim.dialer.backends.at(0);
    backend.say("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi\r\n");
    sim.settle();
    const std::string login = backend.hear();
    backend.say(login.substr(0, login.find(' ')) + " OK in\r\n");
    sim.settle();
    EXPECT_NE(client.hear().find("b OK"), std::string::npos);
  }

  net::TlsPeers peers_{"mail.example"};
};

TEST_F(SessionTls, holds_no_visit_secret_or_scratch_while_it_relays_over_tls) {
  SimWorker sim(world(config::ListenerTls::Implicit));
  const std::size_t secrets_of_the_configuration = Secret::live();
  Peer client = sim.connect();
  ASSERT_TRUE(shake_hands(sim, client));
  sim.settle();
  EXPECT_EQ(client.hear().substr(0, 5), "* OK ");
  log_in(sim, client);
  EXPECT_EQ(sim.counters.relaying.value(), 1);
  EXPECT_EQ(sim.counters.visits.value(), 0);
  EXPECT_EQ(sim.worker.scratch().lent(), 0U);
  EXPECT_EQ(Secret::live(), secrets_of_the_configuration + 1) << "the tenant's keys of tickets";
}

TEST_F(SessionTls, starttls_keeps_the_session_and_shows_what_tls_allows) {
  SimWorker sim(world(config::ListenerTls::StartTls));
  Peer client = sim.connect();
  client.say("x CAPABILITY\r\n");
  sim.settle();
  EXPECT_NE(client.hear().find("LOGINDISABLED"), std::string::npos);
  client.say("a STARTTLS\r\n");
  sim.settle();
  EXPECT_NE(client.hear().find("a OK"), std::string::npos);
  ASSERT_TRUE(shake_hands(sim, client));
  client.say("y CAPABILITY\r\n");
  sim.settle();
  const std::string shown = client.hear();
  EXPECT_EQ(shown.find("LOGINDISABLED"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("STARTTLS"), std::string::npos) << shown;
  EXPECT_NE(shown.find("AUTH=PLAIN"), std::string::npos) << shown;
  log_in(sim, client);
}

TEST_F(SessionTls, who_was_accepted_before_a_swap_meets_the_old_certificate_and_the_next_the_new) {
  for (const auto tls : {config::ListenerTls::Implicit, config::ListenerTls::StartTls}) {
    SimWorker sim(world(tls));
    Peer before = sim.connect();
    net::TlsPeers swapped{"mail.example"};  // another authority: only its own client trusts it
    (void)sim.worker.adopt(world(tls, swapped));
    Peer after = sim.connect();
    for (Peer* client : {&before, &after}) {
      if (tls == config::ListenerTls::Implicit) continue;
      client->say("a STARTTLS\r\n");
      sim.settle();
      EXPECT_NE(client->hear().find("a OK"), std::string::npos);
    }
    EXPECT_TRUE(shake_hands(sim, before, peers_));
    EXPECT_TRUE(shake_hands(sim, after, swapped));
  }
}

TEST_F(SessionTls, a_swap_between_two_flights_of_a_handshake_is_not_noticed) {
  SimWorker sim(world(config::ListenerTls::Implicit));
  Peer client = sim.connect();
  net::TlsPeers swapped{"mail.example"};
  EXPECT_TRUE(client.shake_hands(peers_.client->open(peers_.sessions), [&] {
    (void)sim.worker.adopt(world(config::ListenerTls::Implicit, swapped));
    sim.settle();
  }));
  log_in(sim, client);
  EXPECT_EQ(sim.worker.snapshots().alive(), 1U);
}

TEST_F(SessionTls, a_relayed_session_outlives_the_contexts_of_its_handshake) {
  SimWorker sim(world(config::ListenerTls::Implicit));
  Peer client = sim.connect();
  ASSERT_TRUE(shake_hands(sim, client));
  log_in(sim, client);
  const std::weak_ptr<const net::TlsServer> context = peers_.server;
  peers_.server.reset();
  sim.adopt(World());
  EXPECT_TRUE(context.expired());
  sim.dialer.backends.at(0).say("* 1 EXISTS\r\n");
  sim.settle();
  EXPECT_EQ(client.hear(), "* 1 EXISTS\r\n");
  client.say("c NOOP\r\n");
  sim.settle();
  EXPECT_EQ(sim.dialer.backends.at(0).hear(), "c NOOP\r\n");
}

TEST_F(SessionTls, a_half_finished_handshake_ends_at_its_deadline) {  // TL13
  SimWorker sim(world(config::ListenerTls::Implicit));
  Peer client = sim.connect();
  client.say(std::string_view("\x16\x03\x01", 3));
  sim.settle();
  sim.pass(std::chrono::seconds{9});
  EXPECT_EQ(sim.worker.sessions(), 1U);
  sim.pass(std::chrono::seconds{2});
  sim.pass(std::chrono::seconds{3});
  EXPECT_EQ(sim.worker.sessions(), 0U);
}

TEST_F(SessionTls, clear_text_in_place_of_a_handshake_is_never_answered) {  // ST7
  SimWorker sim(world(config::ListenerTls::StartTls));
  Peer client = sim.connect();
  client.say("a STARTTLS\r\n");
  sim.settle();
  (void)client.hear();
  client.say("zz9 CAPABILITY\r\n");
  sim.settle();
  EXPECT_EQ(client.hear().find("zz9"), std::string::npos);
  EXPECT_TRUE(client.heard_end());
  EXPECT_EQ(sim.worker.sessions(), 0U);
}

TEST_F(SessionTls, a_ninth_handshake_waits_for_the_next_turn) {
  SimWorker sim(world(config::ListenerTls::Implicit));
  std::vector<Peer> clients;
  for (int i = 0; i < 9; ++i) clients.push_back(sim.connect());
  for (Peer& client : clients) {
    client.begin_handshake(peers_.client->open(peers_.sessions));
  }
  sim.worker.turn(Duration{0});
  int answered = 0;
  for (Peer& client : clients) answered += client.handshake_answered();
  EXPECT_EQ(answered, limits::kHandshakesPerTurn);
  sim.settle();
  EXPECT_EQ(sim.worker.sessions(), 9U);
}

}  // namespace
}  // namespace postern::session::test
