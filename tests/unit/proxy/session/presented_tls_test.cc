// A PROXY header and TLS: what stands behind the header reaches the handshake untouched, and inside
// TLS a header is data.
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/proxy/net/tls_peers.h"
#include "tests/unit/proxy/session/balancer.h"

namespace postern::session::test {
namespace {

class PresentedTls : public ::testing::Test {
 protected:
  [[nodiscard]] std::shared_ptr<const net::Prepared> world(config::ListenerTls tls) const {
    auto prepared = private_port(false, tls).prepared();
    prepared->tls_servers[143] = peers_.server;
    return prepared;
  }
  bool shake_hands(SimWorker& sim, Peer& client, ssl_st* tls) {
    return client.shake_hands(tls, [&] { sim.settle(); });
  }
  [[nodiscard]] ssl_st* client_tls() { return peers_.client->open(peers_.sessions); }
  // The first octets of a client, who then goes on at another descriptor.
  static std::string hello_of(ssl_st* tls) {
    auto ends = postern::test::stream_pair();
    EXPECT_EQ(SSL_set_fd(tls, ends.a.fd()), 1);
    EXPECT_EQ(SSL_do_handshake(tls), -1);
    return postern::test::read_all(ends.b);
  }

  net::TlsPeers peers_{"mail.example"};
};

TEST_F(PresentedTls, a_client_hello_in_the_segment_of_the_header_reaches_tls_whole) {  // R1
  for (const std::string& header : {kHeader1, kHeader2}) {
    SimWorker sim(world(config::ListenerTls::Implicit));
    Peer client = knock_from(sim, kBalancer);
    ssl_st* const tls = client_tls();
    client.say(header + hello_of(tls));
    sim.settle();
    EXPECT_TRUE(shake_hands(sim, client, tls));
    sim.settle();
    EXPECT_EQ(client.hear().substr(0, 5), "* OK ");
    EXPECT_EQ(who_is_it(sim), kAsSaid);
  }
}

TEST_F(PresentedTls, a_client_hello_cut_anywhere_reaches_tls_whole) {  // R1
  for (std::size_t cut = 1; cut < kHeader2.size() + 12; ++cut) {
    SimWorker sim(world(config::ListenerTls::Implicit));
    Peer client = knock_from(sim, kBalancer);
    ssl_st* const tls = client_tls();
    const std::string octets = kHeader2 + hello_of(tls);
    client.say(octets.substr(0, cut));
    sim.settle();
    client.say(octets.substr(cut));
    sim.settle();
    EXPECT_TRUE(shake_hands(sim, client, tls)) << cut;
    EXPECT_EQ(who_is_it(sim), kAsSaid) << cut;
  }
}

TEST_F(PresentedTls, a_header_inside_tls_is_data) {  // PP2
  for (const auto tls : {config::ListenerTls::Implicit, config::ListenerTls::StartTls}) {
    SimWorker sim(world(tls));
    Peer client = knock_from(sim, kBalancer);
    client.say(kHeader1);
    if (tls == config::ListenerTls::StartTls) client.say("a STARTTLS\r\n");
    sim.settle();
    if (tls == config::ListenerTls::StartTls) (void)client.hear();
    ASSERT_TRUE(shake_hands(sim, client, client_tls()));
    client.say("PROXY TCP4 198.51.100.7 10.0.0.2 1 2\r\n");
    sim.settle();
    EXPECT_NE(client.hear().find("BAD"), std::string::npos);
    EXPECT_EQ(who_is_it(sim), kAsSaid);
  }
}

TEST_F(PresentedTls, tls_without_a_header_is_closed_without_an_octet) {  // PP1
  SimWorker sim(world(config::ListenerTls::Implicit));
  Peer client = knock_from(sim, kBalancer);
  EXPECT_FALSE(shake_hands(sim, client, client_tls()));
  EXPECT_FALSE(client.handshake_answered());
}

TEST_F(PresentedTls, a_header_from_a_foreign_peer_breaks_his_own_handshake) {  // PP2, PP11
  World direct = private_port(false, config::ListenerTls::Implicit);
  direct.listener.proxy_protocol->other_peers = config::OtherPeers::Direct;
  auto prepared = direct.prepared();
  prepared->tls_servers[143] = peers_.server;
  SimWorker sim(prepared);
  Peer client = knock_from(sim, kForeign);
  client.say(kHeader1);
  sim.settle();
  EXPECT_TRUE(client.heard_end());
  for (const std::string& line : sim.log.lines) EXPECT_EQ(line.find("192.0.2.1"), line.npos);
}

}  // namespace
}  // namespace postern::session::test
