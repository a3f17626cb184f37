// What follows from a PROXY header: limits by the client's address, TLS that was told, what auth
// services and backends hear; and what a change of the configuration or a drain makes of who has
// not said his header yet.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "tests/unit/proxy/session/balancer.h"
#include "tests/unit/proxy/session/fake_asker.h"

namespace postern::session::test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

std::string header_of(const std::string& client) {
  return "PROXY TCP4 " + client + " 10.0.0.2 50000 993\r\n";
}

std::uint32_t from_source(SimWorker& sim, const char* ip) {
  return sim.places.count(quota::Scope::Source, {"mail/example", 143, *IpAddress::parse(ip)});
}

// ---- limits -------------------------------------------------------------------------------------

World one_each() {
  World world = behind_balancer();
  world.server.limits.max_connections_per_source = 1;
  return world;
}

TEST(Presented, clients_are_counted_and_their_balancer_is_not) {
  SimWorker sim(one_each());
  Peer silent = knock_from(sim, kBalancer);
  Peer one = knock_from(sim, kBalancer);
  Peer other = knock_from(sim, kBalancer);
  one.say(header_of("192.0.2.1"));
  other.say(header_of("192.0.2.2"));
  sim.settle();
  EXPECT_EQ(one.hear().substr(0, 5), "* OK ");
  EXPECT_EQ(other.hear().substr(0, 5), "* OK ");
  EXPECT_EQ(from_source(sim, "192.0.2.1"), 1U);
  EXPECT_EQ(from_source(sim, kBalancer), 0U);
}

TEST(Presented, a_client_with_too_many_connections_is_told_so) {
  SimWorker sim(one_each());
  Peer first = knock_from(sim, kBalancer);
  Peer second = knock_from(sim, kBalancer);
  first.say(header_of("192.0.2.1"));
  second.say(header_of("192.0.2.1"));
  sim.settle();
  EXPECT_EQ(first.hear().substr(0, 5), "* OK ");
  EXPECT_EQ(second.hear().substr(0, 19), "* BYE [UNAVAILABLE]");
  EXPECT_TRUE(second.heard_end());
  EXPECT_EQ(from_source(sim, "192.0.2.1"), 1U);
  EXPECT_NE(sim.metrics.text().find("reason=\"source\""), std::string::npos);
}

TEST(Presented, the_same_client_beside_the_balancer_counts_with_those_behind_it) {
  SimWorker sim(one_each());
  Peer direct = knock_from(sim, "192.0.2.1");
  Peer behind = knock_from(sim, kBalancer);
  behind.say(header_of("192.0.2.1"));
  sim.settle();
  EXPECT_EQ(behind.hear().substr(0, 6), "* BYE ");
}

TEST(Presented, a_balancer_may_look_in_as_often_as_it_likes) {
  SimWorker sim(one_each());
  Peer first = knock_from(sim, kBalancer);
  Peer second = knock_from(sim, kBalancer);
  for (Peer* probe : {&first, &second}) probe->say(v2('\x20', '\x00', ""));
  sim.settle();
  for (Peer* probe : {&first, &second}) EXPECT_EQ(probe->hear().substr(0, 5), "* OK ");
}

TEST(Presented, a_foreign_peer_counts_as_himself_before_he_says_a_header) {
  World world = one_each();
  world.listener.proxy_protocol->other_peers = config::OtherPeers::HeaderIgnored;
  SimWorker sim(world);
  Peer peer = knock_from(sim, kForeign);
  EXPECT_EQ(from_source(sim, kForeign), 1U);
  peer.say(header_of("192.0.2.1"));
  sim.settle();
  EXPECT_EQ(peer.hear().substr(0, 5), "* OK ");
  EXPECT_EQ(from_source(sim, kForeign), 1U);
  EXPECT_EQ(from_source(sim, "192.0.2.1"), 0U);
}

TEST(Presented, places_of_those_who_went_are_given_back) {
  SimWorker sim(one_each());
  for (const std::string& said : {""s, header_of("192.0.2.1"), "bad\r\n"s, kHeader2}) {
    Peer peer = knock_from(sim, kBalancer);
    peer.say(said);
    sim.settle();
    peer.hang_up();
    sim.settle();
    sim.pass(3s);
    expect_nothing_left(sim);
  }
}

// He who has come to mail/example, and finds that another tenant of its port is the first one now.
std::shared_ptr<net::Prepared> with_an_older_tenant(World world) {
  const config::Tenant former = world.listener.tenants[0];
  config::Tenant older = former;
  older.server = "mail/older";
  world.listener.tenants.set(0, older);
  world.listener.tenants.push_back(former);
  auto prepared = world.prepared();
  config::Snapshot::Draft draft(*prepared->snapshot);
  draft.put(resource("mail/older", world.server));
  prepared->snapshot = std::make_shared<const config::Snapshot>(draft.finish("2"));
  return prepared;
}

TEST(Presented, who_meets_another_first_tenant_counts_as_a_guest_of_that_one_alone) {
  World world = behind_balancer(config::OtherPeers::HeaderIgnored);
  world.server.limits.new_connections_per_minute_per_source = 1;
  SimWorker sim(world);
  Peer peer = knock_from(sim, kForeign);
  (void)sim.worker.adopt(with_an_older_tenant(world));
  peer.say(header_of("192.0.2.1"));
  sim.settle();
  EXPECT_EQ(peer.hear().substr(0, 5), "* OK ");
  const auto come_to = [&](const char* server) {
    return sim.places
        .arrive({server, 143, *IpAddress::parse(kForeign), {}, sim.clock.now()},
                {world.server.limits})
        .has_value();
  };
  EXPECT_FALSE(come_to("mail/older"));
  EXPECT_TRUE(come_to("mail/example"));
}

// ---- changes and drain --------------------------------------------------------------------------

TEST(Presented, who_has_not_said_his_header_holds_no_snapshot) {
  SimWorker sim(behind_balancer());
  Peer peer = knock_from(sim, kBalancer);
  sim.adopt(behind_balancer());
  sim.adopt(behind_balancer());
  EXPECT_EQ(sim.worker.snapshots().alive(), 1U);
}

TEST(Presented, he_meets_the_rules_of_the_moment_of_his_header) {
  SimWorker sim(behind_balancer());
  Peer peer = knock_from(sim, kBalancer);
  World next = behind_balancer();
  next.server.protocols[0].greeting = "newer";
  sim.adopt(next);
  peer.say(kHeader1);
  sim.settle();
  EXPECT_NE(peer.hear().find("newer"), std::string::npos);
  EXPECT_EQ(who_is_it(sim), kAsSaid);
}

TEST(Presented, a_peer_that_is_not_trusted_any_more_is_not_believed) {
  World nobody_is = behind_balancer();
  nobody_is.listener.proxy_protocol->trusted = {*Network::parse("10.200.0.0/16")};
  World ignored = nobody_is;
  ignored.listener.proxy_protocol->other_peers = config::OtherPeers::HeaderIgnored;
  for (const World& next : {World(), nobody_is, ignored}) {
    SimWorker sim(behind_balancer());
    Peer peer = knock_from(sim, kBalancer);
    peer.say(kHeader1.substr(0, 10));
    sim.settle();
    sim.adopt(next);
    peer.say(kHeader1.substr(10));
    sim.settle();
    EXPECT_EQ(peer.hear(), "");
    EXPECT_TRUE(peer.heard_end());
    peer.hang_up();
    sim.settle();
    expect_nothing_left(sim);
  }
}

TEST(Presented, a_port_that_has_gone_serves_nobody_who_waited_there) {
  SimWorker sim(behind_balancer());
  Peer peer = knock_from(sim, kBalancer);
  auto nothing = std::make_shared<net::Prepared>();
  nothing->snapshot = std::make_shared<const config::Snapshot>("2", config::Snapshot::Resources{});
  (void)sim.worker.adopt(nothing);
  peer.say(kHeader1);
  sim.settle();
  EXPECT_TRUE(peer.heard_end());
}

TEST(Presented, a_drain_closes_who_has_not_said_whom_he_brings) {
  SimWorker sim(behind_balancer());
  Peer peer = knock_from(sim, kBalancer);
  sim.worker.drain();
  sim.settle();
  EXPECT_EQ(peer.hear(), "");
  EXPECT_TRUE(peer.heard_end());
  peer.hang_up();
  sim.settle();
  expect_nothing_left(sim);
}

// ---- TLS that was told --------------------------------------------------------------------------

std::string over_tls(char flags = '\x01') {
  const std::string facts =
      std::string(1, flags) + "\0\0\0\0"s + tlv(0x21, "TLSv1.3") + tlv(0x23, "X\r\n\x1b[31m");
  return v2('\x21', '\x11', kAddresses4 + tlv(grammar::proxy_tlv::kSsl, facts));
}

std::string capabilities(const World& world, const char* from, const std::string& header) {
  SimWorker sim(world);
  Peer peer = knock_from(sim, from);
  peer.say(header + "a CAPABILITY\r\n");
  sim.settle();
  return peer.hear();
}
bool may_log_in(const std::string& heard) {
  EXPECT_NE(heard.find("a OK"), std::string::npos) << heard;
  const bool offered = heard.find("AUTH=PLAIN") != std::string::npos;
  EXPECT_NE(offered, heard.find("LOGINDISABLED") != std::string::npos) << heard;
  return offered;
}

TEST(Presented, tls_that_a_trusted_peer_ended_counts_where_that_is_asked_for) {  // DG6
  EXPECT_TRUE(may_log_in(capabilities(private_port(true), kBalancer, over_tls())));
  EXPECT_FALSE(may_log_in(capabilities(private_port(false), kBalancer, over_tls())));
  EXPECT_FALSE(may_log_in(capabilities(private_port(true), kForeign, over_tls())));
}

TEST(Presented, only_tls_of_the_client_counts) {  // DG6
  const World world = private_port(true);
  EXPECT_FALSE(may_log_in(capabilities(world, kBalancer, over_tls('\x00'))));
  EXPECT_FALSE(may_log_in(capabilities(world, kBalancer, over_tls('\x06'))));
  EXPECT_FALSE(may_log_in(capabilities(world, kBalancer, kHeader1)));
  EXPECT_FALSE(may_log_in(capabilities(world, kBalancer, kHeader2)));
  std::string local = over_tls();
  local[12] = '\x20';
  EXPECT_FALSE(may_log_in(capabilities(world, kBalancer, local)));
}

TEST(Presented, who_has_tls_already_is_not_offered_starttls) {
  const World world = private_port(true, config::ListenerTls::StartTls);
  const std::string told = capabilities(world, kBalancer, over_tls());
  EXPECT_TRUE(may_log_in(told));
  EXPECT_EQ(told.find("STARTTLS"), std::string::npos);
  const std::string not_told = capabilities(world, kBalancer, kHeader2);
  EXPECT_FALSE(may_log_in(not_told));
  EXPECT_NE(not_told.find("STARTTLS"), std::string::npos);
}

TEST(Presented, words_of_a_header_are_printable_in_the_line_of_the_session) {
  SimWorker sim(private_port(true));
  Peer peer = knock_from(sim, kBalancer);
  peer.say(over_tls() + "a LOGIN alice secret\r\n");
  sim.settle();
  let_in(sim, sim.dialer.backends.at(0));
  peer.hang_up();
  sim.dialer.backends.at(0).hang_up();
  sim.settle();
  ASSERT_EQ(sim.session_lines(), 1U);
  const std::string& line = sim.log.lines.back();
  EXPECT_NE(line.find("told/TLSv1.3/X"), line.npos) << line;
  EXPECT_EQ(line.find_first_of("\r\n\x1b"), line.npos) << line;
}

// ---- what others hear ---------------------------------------------------------------------------

// An auth service in front of the mail pods.
std::shared_ptr<net::Prepared> asking_first() {
  config::Provider provider;
  provider.name = "first";
  provider.mechanisms = {Mechanism::Login};
  provider.kind = config::HttpProvider{};
  World world = behind_balancer(config::OtherPeers::HeaderIgnored);
  world.server.providers = {"mail/example/first"};
  auto prepared = world.prepared();
  config::Snapshot::Draft draft(*prepared->snapshot);
  draft.put(resource("mail/example/first", provider));
  prepared->snapshot = std::make_shared<const config::Snapshot>(draft.finish("2"));
  return prepared;
}

TEST(Presented, auth_services_are_told_what_a_usable_header_said) {  // AREQ-8, AREQ-10
  const auto asked = [](const char* from, const std::string& header) {
    FakeAsker asker;
    SimWorker sim(asking_first());
    sim.worker.ask_through(asker);
    Peer peer = knock_from(sim, from);
    peer.say(header + "a LOGIN alice secret\r\n");
    sim.settle();
    const policy::Question& question = asker.questions.at(0);
    return std::pair(question.client.ip.text(), question.proxy_header);
  };
  const policy::ProxyHeaderFacts facts{*SocketAddress::parse("192.0.2.1:50000"),
                                       *SocketAddress::parse("10.0.0.2:993")};
  const std::string client = "192.0.2.1";
  EXPECT_EQ(asked(kBalancer, kHeader1), std::pair(client, std::optional(facts)));
  EXPECT_EQ(asked(kBalancer, kHeader2), std::pair(client, std::optional(facts)));
  // Whatever is believed of it.
  EXPECT_EQ(asked(kForeign, kHeader2), std::pair(std::string(kForeign), std::optional(facts)));
  for (const std::string& nobody : {"PROXY UNKNOWN\r\n"s, v2('\x20', '\x11', kAddresses4)}) {
    EXPECT_EQ(asked(kBalancer, nobody).first, kBalancer);
    EXPECT_EQ(asked(kBalancer, nobody).second, std::nullopt);
  }
}

// What the backend hears before anything else, read by the grammar.
grammar::ProxyHeader onward(config::ClientInfo how, const std::string& header) {
  World world = behind_balancer();
  world.backend.ports[0].client_info = how;
  SimWorker sim(world);
  Peer peer = knock_from(sim, kBalancer);
  peer.say(header + "a LOGIN alice secret\r\n");
  sim.settle();
  const std::string heard = sim.dialer.backends.at(0).hear();
  const auto parsed = grammar::parse_proxy_header(heard);
  const auto* const done = std::get_if<grammar::Done<grammar::ProxyHeader>>(&parsed);
  EXPECT_TRUE(done && done->consumed == heard.size()) << heard;
  return done ? done->value : grammar::ProxyHeader{};
}

TEST(Presented, the_header_to_a_backend_is_well_formed_for_every_mix_of_families) {  // PP8, BUG-10
  struct Way {
    std::string header, source, destination;
  };
  const Way ways[] = {
      {kHeader1, "192.0.2.1:50000", "10.0.0.2:993"},
      {kHeader2, "192.0.2.1:50000", "10.0.0.2:993"},
      {"PROXY TCP6 2001:db8::1 2001:db8::2 7 993\r\n", "[2001:db8::1]:7", "[2001:db8::2]:993"},
      {"PROXY TCP6 ::ffff:192.0.2.1 ::1 7 993\r\n", "192.0.2.1:7", "[::1]:993"},
      {"PROXY TCP6 2001:db8::1 ::ffff:10.0.0.2 7 993\r\n", "[2001:db8::1]:7", "10.0.0.2:993"},
      {"PROXY UNKNOWN\r\n", "10.9.0.1:40000", "10.7.0.1:143"},
      {v2('\x20', '\x00', ""), "10.9.0.1:40000", "10.7.0.1:143"},  // CVE-2024-23327
      {v2('\x21', '\x00', ""), "10.9.0.1:40000", "10.7.0.1:143"},
  };
  for (const Way& way : ways) {
    for (const auto how : {config::ClientInfo::ProxyV1, config::ClientInfo::ProxyV2}) {
      const auto addresses = onward(how, way.header).addresses;
      ASSERT_TRUE(addresses.has_value()) << way.header;
      EXPECT_EQ(addresses->source.text(), way.source) << way.header;
      EXPECT_EQ(addresses->destination.text(), way.destination) << way.header;
    }
  }
}

}  // namespace
}  // namespace postern::session::test
