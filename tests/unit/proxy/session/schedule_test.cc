// Every order of {client data, backend data, a deadline, a close from either side, drain, a change
// of the configuration}, cut off at each length, ends with nothing held: places, timers, secrets,
// visits, snapshots. The schedule is data, so a failure names it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "common/base/secret.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {
namespace {

// c: the client's next line; b: the backend's next line; e: the client ends its side; x: the client
// hangs up; y: the backend hangs up; t: time passes a login; i: an idle limit passes; s: seconds
// do; d: drain, at once; D: spread over half a minute, and then by force. Changes: A: a new
// snapshot, the same rules; L: other rules of listener and server; E: others serve the backend; R:
// the backend goes; B: it comes back; T: the MailServer goes, until the next.
class Play {
 public:
  explicit Play(World world = World())
      : world_(std::move(world)), sim_(world_), client_(sim_.connect()) {}

  void run(const std::string& schedule) {
    for (const char event : schedule) {
      act(event);
      sim_.settle();
      EXPECT_LE(sim_.counters.visits.value(), 1) << schedule;
    }
    end(schedule);
  }

  // A way into the relay, whatever changes meanwhile.
  void run_in(const std::string& schedule) {
    for (const char event : schedule) {
      act(event);
      sim_.settle();
    }
    EXPECT_EQ(sim_.counters.relaying.value(), 1) << schedule;
    EXPECT_NE((heard_ + client_.hear()).find("b OK"), std::string::npos) << schedule;
    end(schedule);
  }

 private:
  void end(const std::string& schedule) {
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
    EXPECT_EQ(sim_.worker.snapshots().alive(), 1U) << schedule;
    EXPECT_EQ(sim_.worker.terms().in_use(), 0U) << schedule;
    EXPECT_LE(sim_.worker.health().records(), 3U) << schedule;
    EXPECT_EQ(Secret::live(), 0U) << schedule;
    EXPECT_LE(sim_.session_lines(), 1U) << schedule;
  }

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
      case 's': return sim_.clock.pass(std::chrono::seconds{7});
      case 'd': return sim_.worker.drain();
      case 'D': return drain_slowly();
      case 'T': return without_server();
      case 'A': return sim_.adopt(world_);
      case 'L': return other_rules();
      case 'E': return others_serve();
      case 'R': return change_backend(false);
      case 'B': return change_backend(true);
      default: FAIL() << event;
    }
  }

  void drain_slowly() {
    const Instant now = sim_.clock.now();
    sim_.worker.drain(
        {Cause::Drain, now, std::chrono::seconds{30}, now + std::chrono::seconds{40}});
  }

  void without_server() {
    auto next = world_.prepared();
    auto resources = next->snapshot->resources();
    std::erase_if(resources, [](const auto& one) {
      return one.first.type == config::ResourceType::Server ||
             one.first.type == config::ResourceType::Listener;
    });
    next->snapshot = std::make_shared<const config::Snapshot>("2", std::move(resources));
    (void)sim_.worker.adopt(next);
  }

  void other_rules() {
    const bool first = world_.listener.tls == config::ListenerTls::Disabled;
    world_.listener.tls = first ? config::ListenerTls::StartTls : config::ListenerTls::Disabled;
    world_.server.timeouts.idle = std::chrono::minutes{first ? 5 : 30};
    world_.server.timeouts.login = std::chrono::seconds{first ? 30 : 60};
    sim_.adopt(world_);
  }

  void others_serve() {
    if (world_.without_backend) return;
    const auto now = ++turns_ % 2 == 0 ? served_by({"10.0.0.1", "10.0.0.2"})
                                       : served_by({"10.0.0.2", "10.0.0.5", "10.0.0.6"});
    world_.endpoints = *now;
    sim_.worker.adopt_endpoints(kBox, now);
  }

  void change_backend(bool there) {
    world_.without_backend = !there;
    sim_.worker.adopt_endpoints(
        kBox, there ? std::make_shared<const config::EndpointSet>(world_.endpoints) : nullptr);
    sim_.adopt(world_);
  }

  void client_line() {
    static constexpr std::string_view kLines[] = {"a CAPABILITY\r\n", "b LOGIN alice {6}\r\n",
                                                  "secret\r\n", "c NOOP\r\n"};
    heard_ += client_.hear();
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

  World world_;
  SimWorker sim_;
  Peer client_;
  std::string heard_;
  std::size_t turns_ = 0;
  std::size_t client_said_ = 0;
  bool greeted_ = false;
};

TEST(Schedule, every_order_of_two_interruptions_in_every_phase_leaves_nothing_behind) {
  const std::string way = "cccbbccbb";  // the whole way into the relay and a little of it
  const std::string events = "exytidDALERT";
  for (std::size_t phase = 0; phase <= way.size(); ++phase) {
    for (const char first : events) {
      for (const char second : events + "cb") {
        Play().run(way.substr(0, phase) + first + second);
      }
    }
  }
}

// POSTERN_SCHEDULES=70000: a million steps, by hand before a release.
int runs() {
  const char* many = std::getenv("POSTERN_SCHEDULES");
  return many ? std::atoi(many) : 400;
}

TEST(Schedule, random_orders_leave_nothing_behind) {
  std::mt19937 random(20261121);
  const std::string events = "ccccccbbbbbbexytidALERB";
  const std::string more = "ccccccbbbbbbsssstiDTALERB";
  for (int run = 0; run < runs(); ++run) {
    std::string schedule;
    const std::string& from = run % 2 == 0 ? events : more;
    for (int i = 0; i < 18; ++i) schedule.push_back(from[random() % from.size()]);
    Play().run(schedule);
  }
}

TEST(Schedule, no_change_makes_a_login_fail) {
  std::mt19937 random(20261122);
  const std::string way = "cccbbc";
  const std::string changes = "ALERB";
  for (int run = 0; run < runs(); ++run) {
    std::string schedule;
    for (const char step : way) {
      for (auto many = random() % 4; many > 0; --many) {
        schedule.push_back(changes[random() % changes.size()]);
      }
      schedule.push_back(step);
    }
    Play().run_in(schedule);
  }
}

TEST(Schedule, a_storm_of_changes_leaves_nothing_behind) {
  std::mt19937 random(20261123);
  const std::string events = "AAAAAAAAAALLERBcbt";
  for (int run = 0; run < runs() / 10; ++run) {
    std::string schedule;
    for (int i = 0; i < 80; ++i) schedule.push_back(events[random() % events.size()]);
    Play().run(schedule);
  }
}

}  // namespace
}  // namespace postern::session::test
