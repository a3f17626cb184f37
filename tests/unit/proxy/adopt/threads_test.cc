// Adoption with workers on threads of their own: the promises hold whoever is slow.
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "tests/unit/proxy/adopt/fake_lanes.h"
#include "tests/unit/proxy/adopt/recording_log.h"
#include "tests/unit/proxy/adopt/worlds.h"

namespace postern::adopt::test {
namespace {

// A worker as it is in a proxy: an inbox, a thread, the newest snapshot, and visits that hold
// theirs.
class ThreadedWorker {
 public:
  ~ThreadedWorker() { stop(); }

  HandToWorker hand() {
    return [this](Handover handover, WorkerAnswer answer) {
      const std::scoped_lock held(lock_);
      inbox_.emplace_back(std::move(handover), std::move(answer));
      came_.notify_one();
    };
  }
  void stop() {
    {
      const std::scoped_lock held(lock_);
      is_stopping_ = true;
      came_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
  }
  // After stop().
  [[nodiscard]] const std::shared_ptr<const net::Prepared>& prepared() const { return prepared_; }
  [[nodiscard]] const EndpointsChange& last_endpoints() const { return endpoints_; }
  [[nodiscard]] bool was_whole() const { return is_whole_; }

 private:
  void run() {
    for (;;) {
      std::unique_lock held(lock_);
      came_.wait(held, [&] { return is_stopping_ || !inbox_.empty(); });
      if (inbox_.empty()) return;
      auto [handover, answer] = std::move(inbox_.front());
      inbox_.pop_front();
      held.unlock();
      take(std::move(handover), answer);
    }
  }
  void take(Handover handover, const WorkerAnswer& answer) {
    std::shared_ptr<const net::Prepared> before;
    if (handover.prepared) before = std::exchange(prepared_, std::move(handover.prepared));
    if (!handover.endpoints.empty()) endpoints_ = handover.endpoints.back();
    for (const ClosedDoor& door : handover.closed) answer.closed(door.port);
    doors_.insert(doors_.end(), std::make_move_iterator(handover.opened.begin()),
                  std::make_move_iterator(handover.opened.end()));
    visit();
    answer.adopted(std::move(before));
  }
  // What is served names only what is there; a few visits stay a while.
  void visit() {
    if (!prepared_) return;
    prepared_->snapshot->each([&](const config::Snapshot::Held& held) {
      const auto* server = held->as<config::Server>();
      if (!server) return;
      for (const std::string& name : server->tls.key_pairs) {
        is_whole_ = is_whole_ && prepared_->snapshot->secret(name) != nullptr;
      }
    });
    visits_.push_back(prepared_);
    if (visits_.size() > 5) visits_.pop_front();
  }

  std::mutex lock_;
  std::condition_variable came_;
  std::deque<std::pair<Handover, WorkerAnswer>> inbox_;
  bool is_stopping_ = false;
  std::shared_ptr<const net::Prepared> prepared_;
  std::deque<std::shared_ptr<const net::Prepared>> visits_;
  std::vector<NewDoor> doors_;
  EndpointsChange endpoints_;
  bool is_whole_ = true;
  std::thread thread_{[this] { run(); }};
};

TEST(AdoptionOnThreads, takes_one_update_after_the_other_and_all_workers_end_with_the_last) {
  constexpr int kUpdates = 400;
  SystemClock clock;
  Tasks tasks(clock);
  RecordingLog log;
  Metrics metrics;
  ThreadedWorker workers[4];
  {
    Adoption adoption(Binding{{IpAddress::v4({127, 0, 0, 1})}, 0},
                      {workers[0].hand(), workers[1].hand(), workers[2].hand(), workers[3].hand()},
                      {log, metrics, clock, [&](Duration after, std::function<void()> task) {
                         tasks.post(after, std::move(task));
                       }});
    std::atomic<bool> is_asking{true};
    std::thread curious([&] {  // the admin page, at any time
      while (is_asking) {
        EXPECT_LE(adoption.held().size(), 4U);
        (void)adoption.listeners();
        (void)adoption.current();
        (void)adoption.alive();
        std::this_thread::yield();
      }
    });
    const config::KeyPair pairs[] = {good_pair("a.example"), good_pair("a.example")};
    int answered = 0;
    for (int i = 0; i < kUpdates; ++i) {
      const std::string version = std::to_string(i);
      Update update{version, {secret("ns/k", version, pairs[i % 2])}, {}, false};
      if (i == 0) update.upserts.push_back(resource("a", "1", server_with("ns/k")));
      if (i == 0) update.upserts.push_back(resource("0", "1", listener_of({"a"})));
      if (i % 3 == 0) {
        const std::string address = "192.0.2." + std::to_string(i % 250 + 1);
        update.upserts.push_back(resource("a/box", version, endpoints_at(address)));
      }
      adoption.apply(std::move(update), [&](const Outcome& outcome) {
        EXPECT_EQ(outcome.state, State::Active);
        ++answered;
      });
      while (answered <= i) tasks.run_one();
      EXPECT_LE(adoption.alive(), 32U);
    }
    is_asking = false;
    curious.join();
    for (ThreadedWorker& worker : workers) worker.stop();
    tasks.run();
    for (const ThreadedWorker& worker : workers) {
      EXPECT_EQ(worker.prepared(), adoption.current());
      EXPECT_TRUE(worker.was_whole());
      EXPECT_EQ(*worker.last_endpoints().now, endpoints_at("192.0.2.150"));
    }
  }
}

}  // namespace
}  // namespace postern::adopt::test
