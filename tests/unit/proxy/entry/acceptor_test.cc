#include "proxy/entry/acceptor.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <optional>
#include <string>

#include "tests/support/socket_pair.h"
#include "tests/unit/proxy/entry/gate.h"

namespace postern::entry::test {
namespace {

TEST_F(AcceptorTest, takes_a_guest_and_greets_him) {
  Peer guest = knock();
  sim_.settle();
  EXPECT_EQ(guest.hear().substr(0, 5), "* OK ");
  EXPECT_EQ(sim_.worker.sessions(), 1U);
}

TEST_F(AcceptorTest, takes_nobody_behind_a_closed_door) {
  gate_.close_doors(143);
  sim_.settle();
  EXPECT_EQ(sim_.worker.sessions(), 0U);
}

// ---- closing ------------------------------------------------------------------------------------

// Long enough for a closing door to be shut.
constexpr Duration kShut{200};

TEST_F(AcceptorTest, tells_when_a_door_is_shut_and_not_before) {
  int told = 0;
  gate_.close_doors(143, [&] { ++told; });
  sim_.settle();
  EXPECT_EQ(told, 0);
  sim_.pass(kShut);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(sim_.worker.armed_timers(), 0U);
  EXPECT_TRUE(net::listen_on(address_, 1).has_value());
}

TEST_F(AcceptorTest, a_port_without_doors_is_shut_at_once) {
  int told = 0;
  gate_.close_doors(993, [&] { ++told; });
  EXPECT_EQ(told, 1);
}

TEST_F(AcceptorTest, who_waits_at_a_closing_door_is_sent_away_in_words) {
  Peer guest = knock();
  gate_.close_doors(143);
  sim_.settle();
  EXPECT_EQ(guest.hear(), "* BYE [UNAVAILABLE] Connect again\r\n");
  EXPECT_TRUE(guest.heard_end());
  guest.hang_up();
  sim_.settle();
  EXPECT_EQ(sim_.worker.sessions(), 0U);
  EXPECT_NE(metrics().find("door_closing"), std::string::npos);
}

TEST_F(AcceptorTest, who_spoke_before_he_was_sent_away_is_not_reset) {
  auto guest = dialer_.dial(address_);
  ASSERT_TRUE(guest.has_value());
  (void)guest->write("a CAPABILITY\r\n");
  gate_.close_doors(143);
  sim_.settle();
  net::IoStatus last{};
  EXPECT_EQ(postern::test::read_all(*guest, &last), "* BYE [UNAVAILABLE] Connect again\r\n");
  EXPECT_EQ(last, net::IoStatus::Ended);
}

TEST_F(AcceptorTest, a_door_remembers_its_rules_when_the_port_has_gone) {
  World implicit;
  implicit.listener.tls = config::ListenerTls::Implicit;
  sim_.adopt(implicit);
  Peer first = knock();
  sim_.settle();  // whom it lets in it asks for the rules
  auto nothing = std::make_shared<net::Prepared>();
  nothing->snapshot = std::make_shared<const config::Snapshot>("2", config::Snapshot::Resources{});
  (void)sim_.worker.adopt(nothing);
  auto guest = dialer_.dial(address_);
  ASSERT_TRUE(guest.has_value());
  gate_.close_doors(143);
  sim_.settle();
  net::IoStatus last{};
  EXPECT_EQ(postern::test::read_all(*guest, &last), "");  // words would be no TLS
  EXPECT_EQ(last, net::IoStatus::Ended);
}

TEST_F(AcceptorTest, a_new_door_of_the_port_stays_open_while_another_closes) {
  int told = 0;
  gate_.close_doors(143, [&] { ++told; });
  auto sockets = net::listen_on({IpAddress::v4({127, 0, 0, 1}), 0}, 1);
  ASSERT_TRUE(sockets.has_value());
  address_ = sockets->front().local();
  gate_.open_door(143, std::move(sockets->front()));
  sim_.pass(kShut);
  EXPECT_EQ(told, 1);
  Peer guest = knock();
  sim_.settle();
  EXPECT_EQ(guest.hear().substr(0, 5), "* OK ");
}

TEST_F(AcceptorTest, one_address_of_a_port_is_closed_alone) {
  auto sockets = net::listen_on({IpAddress::v4({127, 0, 0, 3}), 0}, 1);
  ASSERT_TRUE(sockets.has_value());
  const SocketAddress other = sockets->front().local();
  gate_.open_door(143, std::move(sockets->front()));
  int told = 0;
  gate_.close_doors(143, [&] { ++told; }, other);
  sim_.pass(kShut);
  EXPECT_EQ(told, 1);
  Peer guest = knock();
  sim_.settle();
  EXPECT_EQ(guest.hear().substr(0, 5), "* OK ");
}

TEST_F(AcceptorTest, draining_closes_every_door) {
  gate_.close_all_doors();
  sim_.pass(kShut);
  EXPECT_TRUE(net::listen_on(address_, 1).has_value());
}

TEST_F(AcceptorTest, the_same_port_serves_after_each_of_a_hundred_reopenings) {
  for (int i = 0; i < 100; ++i) {
    gate_.close_doors(143);
    sim_.pass(kShut);
    auto sockets = net::listen_on(address_, 1);
    ASSERT_TRUE(sockets.has_value()) << sockets.error().reason;
    gate_.open_door(143, std::move(sockets->front()));
    Peer guest = knock();
    sim_.settle();
    ASSERT_EQ(guest.hear().substr(0, 5), "* OK ") << i;
  }
}

TEST_F(AcceptorTest, ten_thousand_ports_come_and_go_without_growth) {
  for (int i = 0; i < 10'000; ++i) {
    auto sockets = net::listen_on({IpAddress::v4({127, 0, 0, 1}), 0}, 1);
    ASSERT_TRUE(sockets.has_value());
    gate_.open_door(993, std::move(sockets->front()));
    gate_.close_doors(993);
    sim_.clock.pass(kShut);
    sim_.worker.turn(Duration{0});
  }
  EXPECT_LE(gate_.doors(), 2U);
  EXPECT_EQ(sim_.worker.armed_timers(), 0U);
}

TEST_F(AcceptorTest, a_pause_for_want_of_descriptors_ends_by_itself) {  // F15
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  Peer guest = knock();
  const int lowest_free = ::dup(0);
  ::close(lowest_free);
  rlimit none_left = before;
  none_left.rlim_cur = static_cast<rlim_t>(lowest_free);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none_left), 0);
  sim_.settle();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_NE(metrics().find("no_descriptors"), std::string::npos);
  EXPECT_EQ(sim_.worker.sessions(), 0U);

  Peer next = knock();
  sim_.settle();
  EXPECT_EQ(sim_.worker.sessions(), 0U);  // still pausing
  sim_.pass(Duration{200});
  EXPECT_EQ(next.hear().substr(0, 5), "* OK ");
}

World one_place() {
  World world;
  world.server.limits.max_connections = 1;
  return world;
}

class FullHouse : public AcceptorTest {
 protected:
  FullHouse() : AcceptorTest(one_place()) {}
};

TEST_F(FullHouse, turns_the_guest_away_in_words_and_takes_the_next_when_there_is_a_place) {
  Peer first = knock();
  sim_.settle();
  Peer second = knock();
  sim_.settle();
  EXPECT_EQ(second.hear().substr(0, 19), "* BYE [UNAVAILABLE]");
  EXPECT_TRUE(second.heard_end());
  EXPECT_EQ(sim_.worker.sessions(), 1U);
  first.hang_up();
  sim_.settle();
  sim_.pass(std::chrono::seconds{3});
  Peer third = knock();
  sim_.settle();
  EXPECT_EQ(third.hear().substr(0, 5), "* OK ");
}

}  // namespace
}  // namespace postern::entry::test
