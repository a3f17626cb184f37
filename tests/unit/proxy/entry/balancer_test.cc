// Load balancers at the gate, over real sockets: who has to say a PROXY header, what each kind of
// other peer meets, and that octets behind the header arrive whole.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "tests/unit/proxy/entry/gate.h"
#include "tests/unit/proxy/net/tls_peers.h"
#include "tests/unit/proxy/session/balancer.h"

namespace postern::entry::test {
namespace {

using config::OtherPeers;
using session::test::behind_balancer;
using session::test::kHeader1;
using session::test::kHeader2;
using session::test::tlv;
using session::test::v2;

World trusting(const char* network, OtherPeers others = OtherPeers::Direct) {
  World world = behind_balancer(others);
  world.listener.proxy_protocol->trusted = {*Network::parse(network)};
  return world;
}
World trusting_everybody_here() { return trusting("127.0.0.0/8"); }
// Nobody who comes is trusted.
World trusting_others(OtherPeers others) { return trusting("192.0.2.0/24", others); }

class Balancer : public AcceptorTest {
 protected:
  explicit Balancer(const World& world = trusting_everybody_here()) : AcceptorTest(world) {}
  [[nodiscard]] std::string client() {
    std::string out;
    sim_.worker.each([&](session::Session& session) { out = session.record().client.ip.text(); });
    return out;
  }
  [[nodiscard]] std::uint32_t held(quota::Scope scope, const char* ip = "127.0.0.1") const {
    return sim_.places.count(scope, {"mail/example", 143, *IpAddress::parse(ip)});
  }
};

TEST_F(Balancer, is_waited_for_and_then_the_client_is_greeted) {
  Peer peer = knock();
  sim_.settle();
  EXPECT_EQ(peer.hear(), "");
  EXPECT_EQ(sim_.worker.sessions(), 1U);
  EXPECT_EQ(held(quota::Scope::Source), 0U);
  EXPECT_EQ(held(quota::Scope::Process), 1U);
  peer.say(kHeader1);
  sim_.settle();
  EXPECT_EQ(peer.hear().substr(0, 5), "* OK ");
  EXPECT_EQ(client(), "192.0.2.1");
  EXPECT_EQ(held(quota::Scope::Source, "192.0.2.1"), 1U);
  EXPECT_EQ(held(quota::Scope::Source), 0U);
  EXPECT_EQ(held(quota::Scope::Server), 1U);
}

TEST_F(Balancer, whose_segment_has_commands_behind_the_header_loses_none) {  // PP6
  const std::string long_header =
      v2('\x21', '\x11', session::test::kAddresses4 + tlv(0xEE, std::string(4000, 'x')));
  for (const std::string& header : {kHeader1, kHeader2, long_header}) {
    Peer peer = knock();
    peer.say(header + "a NOOP\r\nb CAPABILITY\r\n");
    sim_.settle();
    const std::string heard = peer.hear();
    EXPECT_EQ(heard.substr(0, 5), "* OK ");
    EXPECT_NE(heard.find("a OK"), std::string::npos) << heard;
    EXPECT_NE(heard.find("b OK"), std::string::npos) << heard;
    peer.hang_up();
    sim_.settle();
  }
}

TEST_F(Balancer, that_says_no_header_is_closed_without_an_octet_and_without_a_reset) {  // PP1
  auto peer = dialer_.dial(address_);
  ASSERT_TRUE(peer.has_value());
  (void)peer->write("a LOGIN alice secret\r\n" + std::string(3000, 'x'));
  sim_.settle();
  net::IoStatus last{};
  EXPECT_EQ(postern::test::read_all(*peer, &last), "");
  EXPECT_EQ(last, net::IoStatus::Ended);
  EXPECT_NE(metrics().find("reason=\"proxy_header\""), std::string::npos);
}

TEST_F(Balancer, that_is_silent_is_closed_after_three_seconds) {
  Peer peer = knock();
  sim_.settle();
  sim_.pass(Duration{2900});
  EXPECT_FALSE(peer.heard_end());
  sim_.pass(Duration{100});
  EXPECT_TRUE(peer.heard_end());
}

TEST_F(Balancer, brings_a_client_whose_hello_is_in_the_same_segment) {  // R1
  net::TlsPeers peers("mail.example");
  World world = trusting_everybody_here();
  world.listener.tls = config::ListenerTls::Implicit;
  auto prepared = world.prepared();
  prepared->tls_servers[143] = peers.server;
  (void)sim_.worker.adopt(prepared);

  Peer peer = knock();
  ssl_st* const tls = peers.client->open(peers.sessions);
  auto ends = postern::test::stream_pair();
  ASSERT_EQ(SSL_set_fd(tls, ends.a.fd()), 1);
  ASSERT_EQ(SSL_do_handshake(tls), -1);
  peer.say(kHeader2 + postern::test::read_all(ends.b));
  sim_.settle();
  EXPECT_TRUE(peer.shake_hands(tls, [&] { sim_.settle(); }));
  sim_.settle();
  EXPECT_EQ(peer.hear().substr(0, 5), "* OK ");
  EXPECT_EQ(client(), "192.0.2.1");
}

class StrangersDirect : public Balancer {
 protected:
  StrangersDirect() : Balancer(trusting_others(OtherPeers::Direct)) {}
};

TEST_F(StrangersDirect, are_greeted_at_once_and_their_header_is_a_bad_command) {  // PP2, PP11
  Peer peer = knock();
  sim_.settle();
  EXPECT_EQ(peer.hear().substr(0, 5), "* OK ");
  peer.say(kHeader1);
  sim_.settle();
  EXPECT_NE(peer.hear().find("BAD"), std::string::npos);
  EXPECT_EQ(client(), "127.0.0.1");
  EXPECT_EQ(held(quota::Scope::Source), 1U);
}

class StrangersRefused : public Balancer {
 protected:
  StrangersRefused() : Balancer(trusting_others(OtherPeers::Refuse)) {}
};

TEST_F(StrangersRefused, are_closed_without_an_octet_or_a_session) {  // PP11
  Peer peer = knock();
  peer.say(kHeader1);
  sim_.settle();
  EXPECT_EQ(peer.hear(), "");
  EXPECT_TRUE(peer.heard_end());
  EXPECT_EQ(sim_.worker.sessions(), 0U);
  EXPECT_EQ(sim_.places.entries(), 0U);
  EXPECT_NE(metrics().find("reason=\"not_trusted\""), std::string::npos);
}

World one_stranger() {
  World world = trusting_others(OtherPeers::HeaderIgnored);
  world.server.limits.max_connections_per_source = 1;
  return world;
}
class StrangersIgnored : public Balancer {
 protected:
  StrangersIgnored() : Balancer(one_stranger()) {}
};

TEST_F(StrangersIgnored, say_a_header_and_stay_who_they_are) {  // PP11
  Peer peer = knock();
  sim_.settle();
  EXPECT_EQ(peer.hear(), "");
  peer.say(kHeader1);
  sim_.settle();
  EXPECT_EQ(peer.hear().substr(0, 5), "* OK ");
  EXPECT_EQ(client(), "127.0.0.1");
}

TEST_F(StrangersIgnored, find_no_place_by_claiming_another_address) {
  Peer first = knock();
  sim_.settle();
  Peer second = knock();
  second.say("PROXY TCP4 198.51.100.7 10.0.0.2 1 2\r\n");
  sim_.settle();
  EXPECT_EQ(second.hear().substr(0, 6), "* BYE ");
}

World one_place_before_login() {
  World world = trusting_everybody_here();
  world.server.limits.max_connections_before_login = 2;
  return world;
}
class FullOfSilence : public Balancer {
 protected:
  FullOfSilence() : Balancer(one_place_before_login()) {}
};

TEST_F(FullOfSilence, a_balancer_that_says_nothing_cannot_fill_the_house_for_long) {
  Peer silent[] = {knock(), knock(), knock()};
  sim_.settle();
  EXPECT_EQ(sim_.worker.sessions(), 2U);
  EXPECT_EQ(silent[2].hear().substr(0, 6), "* BYE ");
  for (Peer& peer : silent) peer.hang_up();
  sim_.settle();
  sim_.pass(Duration{6000});
  EXPECT_EQ(sim_.worker.sessions(), 0U);
  Peer peer = knock();
  peer.say(kHeader2);
  sim_.settle();
  EXPECT_EQ(peer.hear().substr(0, 5), "* OK ");
}

}  // namespace
}  // namespace postern::entry::test
