// What the gate does with guests for whom there is no room: each is told so, and nobody who is in
// notices.
#include <fcntl.h>
#include <sys/resource.h>

#include <vector>

#include "tests/support/without_watches.h"
#include "tests/unit/proxy/entry/gate.h"

namespace postern::entry::test {
namespace {

using quota::MemoryBound;

// Every descriptor that the process may have is in use while this lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
    rlimit few = before_;
    few.rlim_cur = 200;
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    for (int fd = ::open("/dev/null", O_RDONLY); fd >= 0; fd = ::open("/dev/null", O_RDONLY)) {
      taken_.push_back(fd);
    }
  }
  ~NoDescriptors() {
    for (const int fd : taken_) ::close(fd);
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before_), 0);
  }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

class Overload : public AcceptorTest {
 protected:
  [[nodiscard]] std::string greeted() {
    Peer guest = knock();
    sim_.settle();
    return guest.hear();
  }
};

TEST_F(Overload, who_comes_when_no_descriptor_is_left_is_told_one_at_a_time) {
  Peer first = knock();
  Peer second = knock();
  {
    const NoDescriptors none;
    sim_.settle();
    const std::string heard = first.hear();
    EXPECT_TRUE(heard.starts_with("* BYE [UNAVAILABLE] ")) << heard;
    EXPECT_TRUE(first.heard_end());
    EXPECT_EQ(second.hear(), "");  // the door rests
    sim_.pass(limits::kAcceptPause + net::Timers::kTick);
    EXPECT_TRUE(second.hear().starts_with("* BYE [UNAVAILABLE] "));
  }
  EXPECT_NE(metrics().find("no_descriptors"), std::string::npos);
  Peer third = knock();
  sim_.pass(limits::kAcceptPause + net::Timers::kTick);
  EXPECT_EQ(third.hear().substr(0, 5), "* OK ");
}

TEST_F(Overload, a_door_that_cannot_be_watched_is_looked_at_until_it_can) {
  auto sockets = net::listen_on({IpAddress::v4({127, 0, 0, 1}), 0}, 1);
  ASSERT_TRUE(sockets.has_value());
  address_ = sockets->front().local();
  postern::test::without_watches([&] { gate_.open_door(143, std::move(sockets->front())); });
  Peer first = knock();
  sim_.pass(limits::kAcceptPause + net::Timers::kTick);
  EXPECT_EQ(first.hear().substr(0, 5), "* OK ");
  EXPECT_EQ(greeted().substr(0, 5), "* OK ") << "it is watched by now";
  EXPECT_EQ(sim_.worker.sessions(), 2U);
}

TEST_F(Overload, memory_that_guests_could_hold_is_bounded_before_they_hold_it) {
  const MemoryBound bound(4 * 3 * MemoryBound::kVisitOctets);
  sim_.worker.needs().memory = &bound;
  std::vector<Peer> inside;
  for (int i = 0; i < 3; ++i) {
    inside.push_back(knock());
    sim_.settle();
    EXPECT_EQ(inside.back().hear().substr(0, 5), "* OK ");
  }
  const std::string heard = greeted();
  EXPECT_TRUE(heard.starts_with("* BYE [UNAVAILABLE] ")) << heard;
  EXPECT_NE(metrics().find("reason=\"memory\""), std::string::npos);
  inside.front().say("a CAPABILITY\r\n");
  sim_.settle();
  EXPECT_NE(inside.front().hear().find("a OK"), std::string::npos);
  inside.pop_back();
  sim_.pass(std::chrono::seconds{3});
  EXPECT_EQ(greeted().substr(0, 5), "* OK ");
}

TEST_F(Overload, memory_that_is_held_is_bounded_too) {
  MemoryBound bound(1 << 30);
  sim_.worker.needs().memory = &bound;
  EXPECT_EQ(greeted().substr(0, 5), "* OK ");
  bound.measured(bound.limit() / 8 * 7);
  EXPECT_EQ(greeted().substr(0, 5), "* BYE");
  bound.measured(bound.limit() / 2);
  EXPECT_EQ(greeted().substr(0, 5), "* OK ");
}

TEST_F(Overload, while_a_worker_lags_few_guests_are_let_in_a_turn) {
  ASSERT_TRUE(sim_.worker.post([this] { sim_.clock.pass(Duration{25}); }));
  sim_.worker.turn(Duration{0});
  std::vector<Peer> guests;
  for (int i = 0; i < 20; ++i) guests.push_back(knock());
  sim_.worker.turn(Duration{0});
  EXPECT_EQ(sim_.worker.sessions(), static_cast<std::size_t>(limits::kHandshakesPerTurn));
  sim_.worker.turn(Duration{0});
  EXPECT_EQ(sim_.worker.sessions(), guests.size());
}

TEST_F(Overload, a_gate_that_is_closed_for_good_opens_no_door_any_more) {
  int told = 0;
  gate_.close_all_doors([&told] { ++told; });
  EXPECT_EQ(told, 0);
  sim_.pass(Duration{100});
  EXPECT_EQ(told, 1);
  auto sockets = net::listen_on({IpAddress::v4({127, 0, 0, 1}), 0}, 1);
  ASSERT_TRUE(sockets.has_value());
  address_ = sockets->front().local();
  Peer guest = knock();
  gate_.open_door(143, std::move(sockets->front()));
  sim_.pass(Duration{100});
  EXPECT_EQ(guest.hear(), "* BYE [UNAVAILABLE] Connect again\r\n");
  guest.hang_up();
  sim_.settle();
  EXPECT_EQ(sim_.worker.sessions(), 0U);
}

TEST_F(Overload, a_gate_without_doors_is_shut_at_once) {
  gate_.close_doors(143);
  sim_.pass(Duration{100});
  int told = 0;
  gate_.close_all_doors([&told] { ++told; });
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace postern::entry::test
