// Every order of {client data, backend data, a deadline, a close from either side, drain}, cut off
// at each length, ends with nothing held: places, timers, secrets, visits. The schedule is data, so
// a failure names it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>

#include "common/base/secret.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {
namespace {

// c: the client's next line; b: the backend's next line; e: the client ends its side; x: the client
// hangs up; y: the backend hangs up; t: time passes a login; i: an idle limit passes; d: drain.
class Play {
 public:
  explicit Play(World world = World()) : sim_(world), client_(sim_.connect()) {}

  void run(const std::string& schedule) {
    for (const char event : schedule) {
      act(event);
      sim_.settle();
      EXPECT_LE(sim_.counters.visits.value(), 1) << schedule;
    }
    client_.hang_up();
    for (Peer& backend : sim_.dialer.backends) backend.hang_up();
    sim_.settle();
    sim_.pass(std::chrono::hours{1});
    sim_.pass(std::chrono::seconds{3});
    EXPECT_EQ(sim_.worker.sessions(), 0U) << schedule;
    EXPECT_EQ(sim_.places.entries(), 0U) << schedule;
    EXPECT_EQ(sim_.worker.armed_timers(), 0U) << schedule;
    EXPECT_EQ(sim_.counters.visits.value(), 0) << schedule;
    EXPECT_EQ(sim_.counters.before_login.value(), 0) << schedule;
    EXPECT_EQ(sim_.counters.relaying.value(), 0) << schedule;
    EXPECT_EQ(Secret::live(), 0U) << schedule;
    EXPECT_LE(sim_.session_lines(), 1U) << schedule;
  }

 private:
  void act(char event) {
    switch (event) {
      case 'c': return client_line();
      case 'b': return backend_line();
      case 'e': return client_.end_writing();
      case 'x': return client_.hang_up();
      case 'y':
        if (Peer* backend = last()) backend->hang_up();
        return;
      case 't': return sim_.clock.pass(std::chrono::seconds{61});
      case 'i': return sim_.clock.pass(std::chrono::minutes{32});
      case 'd': return sim_.worker.drain();
      default: FAIL() << event;
    }
  }

  void client_line() {
    static constexpr std::string_view kLines[] = {"a CAPABILITY\r\n", "b LOGIN alice {6}\r\n",
                                                  "secret\r\n", "c NOOP\r\n"};
    (void)client_.hear();
    client_.try_say(kLines[std::min<std::size_t>(client_said_++, 3)]);
  }

  void backend_line() {
    Peer* backend = last();
    if (!backend) return;
    const std::string heard = backend->hear();
    if (!greeted_) {
      backend->try_say("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi\r\n");
      greeted_ = true;
    } else if (const auto space = heard.find(" AUTHENTICATE"); space != heard.npos) {
      backend->try_say(heard.substr(0, space) + " OK in\r\n");
    } else {
      backend->try_say("* 1 EXISTS\r\n");
    }
  }

  Peer* last() { return sim_.dialer.backends.empty() ? nullptr : &sim_.dialer.backends.back(); }

  SimWorker sim_;
  Peer client_;
  std::size_t client_said_ = 0;
  bool greeted_ = false;
};

TEST(Schedule, every_order_of_two_interruptions_in_every_phase_leaves_nothing_behind) {
  const std::string way = "cccbbccbb";  // the whole way into the relay and a little of it
  const std::string events = "exytid";
  for (std::size_t phase = 0; phase <= way.size(); ++phase) {
    for (const char first : events) {
      for (const char second : events + "cb") {
        Play().run(way.substr(0, phase) + first + second);
      }
    }
  }
}

TEST(Schedule, random_orders_leave_nothing_behind) {
  std::mt19937 random(20261121);
  const std::string events = "ccccccbbbbbbexytid";
  // POSTERN_SCHEDULES=70000: a million steps, by hand before a release.
  const char* many = std::getenv("POSTERN_SCHEDULES");
  const int runs = many ? std::atoi(many) : 400;
  for (int run = 0; run < runs; ++run) {
    std::string schedule;
    for (int i = 0; i < 14; ++i) schedule.push_back(events[random() % events.size()]);
    Play().run(schedule);
  }
}

}  // namespace
}  // namespace postern::session::test
