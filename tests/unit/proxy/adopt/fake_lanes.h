// A control thread that a test turns by hand, and workers that take what they are handed when the
// test says so. Times are the test's.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "proxy/adopt/adoption.h"
#include "tests/support/manual_clock.h"

namespace postern::adopt::test {

// Tasks come from any thread and run where the test runs them.
class Tasks {
 public:
  explicit Tasks(const Clock& clock) : clock_(clock) {}

  void post(Duration after, std::function<void()> task) {
    const std::scoped_lock held(lock_);
    waiting_.emplace(clock_.now() + after, std::move(task));
    came_.notify_all();
  }
  // All that is due, also what comes of it.
  void run() {
    while (auto task = take()) task();
  }
  // Waits until there is something due, and runs that.
  void run_one() {
    std::unique_lock held(lock_);
    came_.wait(held, [&] { return is_due(); });
    auto task = pop();
    held.unlock();
    task();
  }

 private:
  bool is_due() const { return !waiting_.empty() && waiting_.begin()->first <= clock_.now(); }
  std::function<void()> pop() {
    auto task = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    return task;
  }
  std::function<void()> take() {
    const std::scoped_lock held(lock_);
    return is_due() ? pop() : nullptr;
  }

  const Clock& clock_;
  std::mutex lock_;
  std::condition_variable came_;
  std::multimap<Instant, std::function<void()>> waiting_;
};

// A port that nobody has, and that the system will not give away meanwhile.
inline std::uint16_t free_port() {
  const auto lent = net::listen_on({IpAddress::v4({127, 0, 0, 1}), 0}, 1);
  return lent->front().local().port;
}

class FakeWorker {
 public:
  HandToWorker hand() {
    return [this](Handover handover, WorkerAnswer answer) {
      inbox_.emplace_back(std::move(handover), std::move(answer));
    };
  }
  // Takes one handover; doors stay being shut until shut().
  void take() {
    auto [handover, answer] = std::move(inbox_.front());
    inbox_.pop_front();
    for (const ClosedDoor& door : handover.closed) {
      std::erase_if(open_, [&](const NewDoor& open) {
        const bool is_it = !door.address || open.socket.local() == *door.address;
        return open.port == door.port && is_it;
      });
      shutting_.push_back([closed = answer.closed, port = door.port] { closed(port); });
    }
    for (NewDoor& door : handover.opened) open_.push_back(std::move(door));
    handover.opened.clear();
    for (const EndpointsChange& change : handover.endpoints) {
      if (change.now) {
        endpoints_[change.backend] = change.now;
      } else {
        endpoints_.erase(change.backend);
      }
    }
    std::shared_ptr<const net::Prepared> before;
    if (handover.prepared) before = std::exchange(prepared_, handover.prepared);
    taken_.push_back(std::move(handover));
    answer.adopted(std::move(before));
  }
  void take_all() {
    while (!inbox_.empty()) take();
  }
  void shut() {
    for (const auto& closed : std::exchange(shutting_, {})) closed();
  }

  [[nodiscard]] const std::vector<Handover>& taken() const { return taken_; }
  [[nodiscard]] std::size_t waiting() const { return inbox_.size(); }
  [[nodiscard]] const std::vector<NewDoor>& open() const { return open_; }
  [[nodiscard]] const std::shared_ptr<const net::Prepared>& prepared() const { return prepared_; }
  [[nodiscard]] const config::EndpointSet* endpoints(const std::string& backend) const {
    const auto found = endpoints_.find(backend);
    return found == endpoints_.end() ? nullptr : found->second.get();
  }
  // What the adoption still waits for is not kept alive by the record.
  void forget() { taken_.clear(); }

 private:
  std::deque<std::pair<Handover, WorkerAnswer>> inbox_;
  std::vector<Handover> taken_;
  std::vector<NewDoor> open_;
  std::vector<std::function<void()>> shutting_;
  std::shared_ptr<const net::Prepared> prepared_;
  std::map<std::string, std::shared_ptr<const config::EndpointSet>> endpoints_;
};

}  // namespace postern::adopt::test
