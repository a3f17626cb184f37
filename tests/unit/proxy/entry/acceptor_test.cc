#include "proxy/entry/acceptor.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <optional>
#include <string>

#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::entry {
namespace {

using session::test::Peer;
using session::test::SimWorker;
using session::test::World;

// A worker with a gate on a loopback port of the system's choice.
class AcceptorTest : public ::testing::Test {
 protected:
  explicit AcceptorTest(const World& world = World()) : sim_(world), gate_(sim_.worker) {
    auto sockets = net::listen_on({IpAddress::v4({127, 0, 0, 1}), 0}, 1);
    EXPECT_TRUE(sockets.has_value());
    address_ = sockets->front().local();
    gate_.open_door(143, std::move(sockets->front()));
  }
  // Connected already when this returns: the kernel's queue takes it.
  [[nodiscard]] Peer knock() {
    auto dialled = dialer_.dial(address_);
    EXPECT_TRUE(dialled.has_value());
    Peer peer(::dup(dialled->fd()));
    return peer;
  }
  [[nodiscard]] std::string metrics() const { return sim_.metrics.text(); }

  SimWorker sim_;
  Acceptor gate_;
  net::TcpDialer dialer_;
  SocketAddress address_;
};

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
}  // namespace postern::entry
