// Who is believed to have come, header by header: from a trusted peer, from foreign ones under each
// rule for them, at every fragment size. The ids are those of security 2.7.
#include "proxy/session/presenting.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fragmenter.h"
#include "tests/unit/proxy/session/balancer.h"
#include "tests/unit/proxy/session/headers.h"

namespace postern::session::test {
namespace {

using namespace std::chrono_literals;

void say_in_fragments(SimWorker& sim, Peer& peer, const std::string& octets, std::size_t size) {
  postern::test::in_fragments(octets, size, [&](ByteView fragment) {
    peer.try_say(fragment);
    sim.worker.turn(Duration{0});
    sim.worker.turn(Duration{0});
  });
  sim.settle();
}

// Good ones have a command right behind them; bad ones too, so that nothing is answered by luck.
std::string with_a_command(const Row& row) {
  return row.fate == Fate::Waits ? row.octets : row.octets + "a CAPABILITY\r\n";
}

void expect_greeted(SimWorker& sim, Peer& peer, const std::string& who) {
  const std::string heard = peer.hear();
  EXPECT_EQ(heard.find("* OK "), 0U) << heard;
  EXPECT_NE(heard.find("a OK"), std::string::npos) << heard;
  EXPECT_EQ(who_is_it(sim), who);
}

void expect_closed(SimWorker& sim, Peer& peer) {
  EXPECT_EQ(peer.hear(), "");
  EXPECT_TRUE(peer.heard_end());
  EXPECT_EQ(sim.counters.visits.value(), 0);
  peer.hang_up();
  sim.settle();
  expect_nothing_left(sim);
}

void expect_patience_of_three_seconds(SimWorker& sim, Peer& peer) {
  sim.pass(2900ms);
  EXPECT_FALSE(peer.heard_end());
  sim.pass(100ms);
  expect_closed(sim, peer);
}

void expect_fate(SimWorker& sim, Peer& peer, Fate fate, const std::string& who) {
  switch (fate) {
    case Fate::Said:
    case Fate::Itself: return expect_greeted(sim, peer, who);
    case Fate::Closed: return expect_closed(sim, peer);
    case Fate::Waits: return expect_patience_of_three_seconds(sim, peer);
  }
}

TEST(Presenting, there_are_more_than_sixty_headers) { EXPECT_GT(all_rows().size(), 60U); }

TEST(Presenting, a_trusted_peer_says_who_the_client_is_at_every_fragment_size) {  // PP1, PP3–PP10
  for (const Row& row : all_rows()) {
    for (const std::size_t size : postern::test::kFragmentSizes) {
      SCOPED_TRACE(std::string(row.name) + ", fragments of " + std::to_string(size));
      SimWorker sim(behind_balancer());
      Peer peer = knock_from(sim, kBalancer);
      say_in_fragments(sim, peer, with_a_command(row), size);
      const std::string said = row.who.empty() ? kAsSaid : row.who;
      expect_fate(sim, peer, row.fate, row.fate == Fate::Said ? said : kAsItIs);
    }
  }
}

TEST(Presenting, a_foreign_peer_is_heard_as_a_client_whatever_header_it_says) {  // PP2, PP11
  for (const Row& row : all_rows()) {
    for (const std::size_t size : postern::test::kFragmentSizes) {
      SCOPED_TRACE(std::string(row.name) + ", fragments of " + std::to_string(size));
      SimWorker sim(behind_balancer());
      Peer peer = knock_from(sim, kForeign);
      sim.settle();
      EXPECT_EQ(peer.hear().find("* OK "), 0U);  // before he says anything
      EXPECT_EQ(who_is_it(sim), "10.8.0.1:40000 via nobody to 10.7.0.1:143");
      say_in_fragments(sim, peer, row.octets, size);
      if (sim.worker.sessions() > 0) {
        EXPECT_EQ(who_is_it(sim), "10.8.0.1:40000 via nobody to 10.7.0.1:143");
      }
      for (const std::string& line : sim.log.lines) EXPECT_EQ(line.find("192.0.2.1"), line.npos);
    }
  }
}

TEST(Presenting, a_header_that_has_to_come_and_is_ignored_changes_no_address) {  // PP11
  for (const Row& row : all_rows()) {
    SCOPED_TRACE(row.name);
    SimWorker sim(behind_balancer(config::OtherPeers::HeaderIgnored));
    Peer peer = knock_from(sim, kForeign);
    sim.settle();
    EXPECT_EQ(peer.hear(), "");
    say_in_fragments(sim, peer, with_a_command(row), postern::test::kAllAtOnce);
    expect_fate(sim, peer, row.fate, "10.8.0.1:40000 via nobody to 10.7.0.1:143");
  }
}

TEST(Presenting, goes_by_the_peers_address_alone) {
  World world = behind_balancer();
  const auto how = [&](const char* ip) {
    return presentation_of(world.listener, *IpAddress::parse(ip));
  };
  EXPECT_EQ(how("10.9.255.255"), Presentation::Believed);
  EXPECT_EQ(how("2001:db8:9::1"), Presentation::Believed);
  EXPECT_EQ(how("::ffff:10.9.0.1"), Presentation::Believed);
  EXPECT_EQ(how("10.10.0.0"), Presentation::None);
  EXPECT_EQ(how("2001:db8:a::1"), Presentation::None);
  world.listener.proxy_protocol->other_peers = config::OtherPeers::Refuse;
  EXPECT_EQ(how("10.10.0.0"), Presentation::Refused);
  EXPECT_EQ(how("10.9.0.1"), Presentation::Believed);
  world.listener.proxy_protocol->other_peers = config::OtherPeers::HeaderIgnored;
  EXPECT_EQ(how("10.10.0.0"), Presentation::Ignored);
  world.listener.proxy_protocol->trusted.clear();
  EXPECT_EQ(how("10.9.0.1"), Presentation::Ignored);
  world.listener.proxy_protocol.reset();
  EXPECT_EQ(how("10.9.0.1"), Presentation::None);
}

TEST(Presenting, a_second_header_is_data) {  // PP2
  for (const std::string& second : {v1("TCP4 198.51.100.7 10.0.0.2 1 2"), kHeader2}) {
    SimWorker sim(behind_balancer());
    Peer peer = knock_from(sim, kBalancer);
    peer.say(kHeader1 + second);
    sim.settle();
    EXPECT_EQ(peer.hear().find("* OK "), 0U);
    EXPECT_EQ(who_is_it(sim).find("192.0.2.1:50000 via "), 0U);
  }
}

TEST(Presenting, a_peer_that_drips_has_three_seconds_for_all_of_it) {  // PP7
  for (const std::string& header : {kHeader1, v2_tlvs(tlv(0xEE, std::string(100, 'x')))}) {
    SimWorker sim(behind_balancer());
    Peer peer = knock_from(sim, kBalancer);
    for (int i = 0; i < 30; ++i) {
      EXPECT_FALSE(peer.heard_end());
      peer.try_say(std::string(1, header[static_cast<std::size_t>(i)]));
      sim.pass(100ms);
    }
    expect_closed(sim, peer);
    EXPECT_NE(sim.log.lines.back().find("client_timeout"), std::string::npos);
  }
}

TEST(Presenting, a_peer_that_says_nothing_has_three_seconds_and_no_visit) {  // PP1
  SimWorker sim(behind_balancer());
  Peer peer = knock_from(sim, kBalancer);
  sim.settle();
  EXPECT_EQ(sim.counters.visits.value(), 0);
  EXPECT_EQ(sim.counters.before_login.value(), 1);
  expect_patience_of_three_seconds(sim, peer);
}

TEST(Presenting, a_peer_that_only_looks_in_is_no_line) {
  SimWorker sim(behind_balancer());
  Peer peer = knock_from(sim, kBalancer);
  sim.settle();
  peer.hang_up();
  sim.settle();
  EXPECT_EQ(sim.session_lines(), 0U);
  expect_nothing_left(sim);
}

TEST(Presenting, a_header_that_ends_half_way_is_a_line) {
  SimWorker sim(behind_balancer());
  Peer peer = knock_from(sim, kBalancer);
  peer.say("PROXY TCP4");
  peer.end_writing();
  sim.settle();
  expect_closed(sim, peer);
  ASSERT_EQ(sim.session_lines(), 1U);
  EXPECT_NE(sim.log.lines.back().find("cut off"), std::string::npos);
  EXPECT_NE(sim.log.lines.back().find("mail/example"), std::string::npos);
  EXPECT_NE(sim.metrics.text().find("proxy_header"), std::string::npos);
}

TEST(Presenting, a_client_who_left_behind_his_header_ends_the_session) {
  SimWorker sim(behind_balancer());
  Peer peer = knock_from(sim, kBalancer);
  peer.say(kHeader2);
  peer.hang_up();
  sim.settle();
  sim.pass(3s);
  expect_nothing_left(sim);
}

TEST(Presenting, the_line_of_the_session_has_the_client_and_the_peer) {
  SimWorker sim(behind_balancer());
  Peer peer = knock_from(sim, kBalancer);
  peer.say(kHeader2 + "a LOGIN alice secret\r\n");
  sim.settle();
  let_in(sim, sim.dialer.backends.at(0));
  peer.hang_up();
  sim.settle();
  sim.dialer.backends.at(0).hang_up();
  sim.settle();
  ASSERT_EQ(sim.session_lines(), 1U);
  const std::string& line = sim.log.lines.back();
  EXPECT_NE(line.find("\"client_ip\":\"192.0.2.1\",\"client_port\":50000"), line.npos) << line;
  EXPECT_NE(line.find("\"via\":\"10.9.0.1:40000\""), line.npos) << line;
}

}  // namespace
}  // namespace postern::session::test
