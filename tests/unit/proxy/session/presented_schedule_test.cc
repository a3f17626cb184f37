// Every order of {a piece of the header, a command, the peer ends or hangs up, a second passes, a
// drain, a change of the rules} ends with nothing held, and nobody is ever taken for somebody else.
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/proxy/session/balancer.h"

namespace postern::session::test {
namespace {

using namespace std::chrono_literals;

// h: the next half of the header; c: a command; e: the peer ends its side; x: it hangs up; t: a
// second passes; d: drain; A: a new snapshot, the same rules; N: one in which nobody is trusted.
constexpr std::string_view kEvents = "hcextdAN";

class Presentations {
 public:
  Presentations() : sim_(behind_balancer()), peer_(knock_from(sim_, kBalancer)) {}

  void run(const std::string& schedule) {
    for (const char event : schedule) {
      act(event);
      sim_.settle();
      const std::string who = sim_.worker.sessions() > 0 ? who_is_it(sim_) : kAsItIs;
      EXPECT_TRUE(who == kAsSaid || who == kAsItIs) << schedule << ": " << who;
      EXPECT_TRUE(who == kAsItIs || halves_ >= 2) << schedule;
      EXPECT_TRUE(halves_ >= 2 || sim_.counters.visits.value() == 0) << schedule;
    }
    peer_.hang_up();
    sim_.settle();
    sim_.pass(1h);
    sim_.pass(3s);
    SCOPED_TRACE(schedule);
    expect_nothing_left(sim_);
  }

 private:
  void act(char event) {
    switch (event) {
      case 'h': return say_half();
      case 'c': return peer_.try_say("a NOOP\r\n");
      case 'e': return peer_.end_writing();
      case 'x': return peer_.hang_up();
      case 't': return sim_.clock.pass(1s);
      case 'd': return sim_.worker.drain();
      case 'A': return sim_.adopt(behind_balancer());
      case 'N': return sim_.adopt(World());
      default: FAIL() << event;
    }
  }
  void say_half() {
    const std::size_t half = kHeader2.size() / 2;
    if (halves_ < 2) peer_.try_say(halves_ == 0 ? kHeader2.substr(0, half) : kHeader2.substr(half));
    ++halves_;
  }

  SimWorker sim_;
  Peer peer_;
  int halves_ = 0;
};

TEST(PresentedSchedule, every_order_of_four_events_ends_with_nothing_held) {
  for (const char a : kEvents) {
    for (const char b : kEvents) {
      for (const char c : kEvents) {
        for (const char d : kEvents) Presentations().run({a, b, c, d});
      }
    }
  }
}

TEST(PresentedSchedule, whole_headers_go_on_under_whatever_comes_between) {
  for (const char a : kEvents) {
    for (const char b : kEvents) {
      for (const char c : kEvents) Presentations().run({'h', a, 'h', b, c});
    }
  }
}

}  // namespace
}  // namespace postern::session::test
