// Faults around a session: what is not the endpoint's is not laid at its door, who is slow holds up
// himself alone, and the wall clock means nothing to a session.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/support/without_watches.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {
namespace {

using std::chrono::hours;

// Has no port, or no descriptor, for so many calls, and for ever towards one address.
class ShortOfPorts final : public net::Dialer {
 public:
  explicit ShortOfPorts(PairDialer& behind) : behind_(behind) {}
  Result<net::Stream, net::DialFault> dial(const SocketAddress& to) override {
    ++asked;
    if (to.ip.text() == none_to || none_to == "*") {
      return Fail<net::DialFault>({"Cannot assign requested address", true});
    }
    return behind_.dial(to);
  }
  std::string none_to;
  int asked = 0;

 private:
  PairDialer& behind_;
};

class Faults : public ::testing::Test {
 protected:
  Faults()
      : worker_(1, {sim_.log, sim_.clock, sim_.counters, sim_.places, sim_.history, sim_.verdicts,
                    short_, sim_.members}) {
    (void)worker_.adopt(World().prepared());
  }
  void settle() {
    for (int i = 0; i < 12; ++i) worker_.turn(Duration{0});
  }
  [[nodiscard]] Peer connect() {
    Pair pair = make_pair();
    const config::Listener* listener = worker_.prepared()->snapshot->listener(143);
    worker_.open({std::move(pair.ours),
                  ClientAddress{{*IpAddress::parse("192.0.2.9"), 40000}},
                  ServerAddress{{*IpAddress::parse("192.0.2.1"), 143}},
                  listener,
                  {}});
    settle();
    return Peer(pair.theirs);
  }
  // Where alice is at home.
  [[nodiscard]] std::string home() {
    Peer client = connect();
    client.say("a LOGIN alice secret\r\n");
    settle();
    client.hang_up();
    settle();
    return sim_.dialer.dialled.back().ip.text();
  }

  SimWorker sim_;
  ShortOfPorts short_{sim_.dialer};
  Worker worker_;
};

TEST_F(Faults, F15_without_a_port_to_one_member_the_next_is_tried_and_nobody_is_blamed) {
  short_.none_to = home();
  const std::size_t before = sim_.dialer.dialled.size();
  Peer client = connect();
  client.say("a LOGIN alice secret\r\n");
  settle();
  ASSERT_EQ(sim_.dialer.dialled.size(), before + 1);
  EXPECT_NE(sim_.dialer.dialled.back().ip.text(), short_.none_to);
  EXPECT_EQ(worker_.health().records(), 0U);
}

TEST_F(Faults, F15_without_a_port_to_anybody_it_is_a_temporary_failure) {
  short_.none_to = "*";
  Peer client = connect();
  client.say("a LOGIN alice secret\r\n");
  settle();
  const std::string heard = client.hear();
  EXPECT_NE(heard.find("a NO [UNAVAILABLE]"), std::string::npos) << heard;
  EXPECT_EQ(short_.asked, 2);
  EXPECT_EQ(worker_.health().records(), 0U);
  short_.none_to.clear();
  client.say("b LOGIN alice secret\r\n");
  settle();
  EXPECT_EQ(sim_.dialer.dialled.size(), 1U);
}

TEST_F(Faults, F15_a_backend_that_cannot_be_watched_is_a_temporary_failure_and_not_blamed) {
  Peer client = connect();
  client.say("a LOGIN alice secret\r\n");
  postern::test::without_watches([this] { settle(); });
  const std::string heard = client.hear();
  EXPECT_NE(heard.find("a NO [UNAVAILABLE]"), std::string::npos) << heard;
  EXPECT_EQ(sim_.dialer.dialled.size(), 2U) << "the next one is tried at once";
  EXPECT_EQ(worker_.health().records(), 0U);
  client.say("b LOGIN alice secret\r\n");
  settle();
  EXPECT_EQ(sim_.dialer.dialled.size(), 3U);
}

TEST(Fault, F15_a_guest_who_cannot_be_watched_is_told_so_and_leaves_nothing_behind) {
  SimWorker sim;
  std::optional<Peer> guest;
  postern::test::without_watches([&] { guest.emplace(sim.connect()); });
  EXPECT_EQ(guest->hear().find("* BYE [UNAVAILABLE]"), 0U);
  EXPECT_TRUE(guest->heard_end());
  expect_nothing_left(sim);
  Peer next = sim.connect();
  EXPECT_EQ(next.hear().find("* OK "), 0U);
}

TEST(Fault, F5_a_backend_that_drips_holds_up_its_own_client_alone) {
  SimWorker sim;
  Peer slow = sim.connect_and_log_in();
  Peer& dripping = sim.dialer.backends.back();
  slow.say("b FETCH 1 BODY[]\r\n");
  sim.settle();
  dripping.say("* 1 FETCH (BODY[] {100}\r\n");
  for (int i = 0; i < 100; ++i) {
    dripping.say("x");
    Peer other = sim.connect_and_log_in();
    sim.pass(Duration{10});
    other.say("c NOOP\r\n");
    sim.settle();
    EXPECT_EQ(sim.dialer.backends.back().hear(), "c NOOP\r\n");
    other.hang_up();
    sim.settle();
  }
  EXPECT_EQ(slow.hear(), "* 1 FETCH (BODY[] {100}\r\n" + std::string(100, 'x'));
}

TEST(Fault, F19_a_wall_clock_that_jumps_ends_nobody) {
  SimWorker sim;
  Peer relayed = sim.connect_and_log_in();
  Peer waiting = sim.connect();
  for (const hours jump : {hours{1}, hours{-2}, hours{24 * 3650}, hours{-24 * 3650}}) {
    sim.clock.jump(jump);
    sim.settle();
    EXPECT_FALSE(relayed.heard_end());
    EXPECT_FALSE(waiting.heard_end());
  }
  EXPECT_EQ(sim.worker.sessions(), 2U);
}

TEST(Fault, F22_answers_come_after_a_client_has_ended_his_side) {
  SimWorker sim;
  Peer client = sim.connect_and_log_in();
  client.say("b LOGOUT\r\n");
  client.end_writing();
  sim.settle();
  Peer& backend = sim.dialer.backends.back();
  EXPECT_EQ(backend.hear(), "b LOGOUT\r\n");
  backend.say("* BYE see you\r\nb OK done\r\n");
  sim.settle();
  EXPECT_EQ(client.hear(), "* BYE see you\r\nb OK done\r\n");
}

}  // namespace
}  // namespace postern::session::test
