// What main waits for while a proxy drains: all workers have nobody left, or the time is over.
// Threads: left() from workers, the rest from main.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "common/base/clock.h"

namespace postern::proxy_app {

class Departures {
 public:
  explicit Departures(std::size_t workers) : left_(workers) {}

  // One worker has nobody any more.
  void left() {
    const std::lock_guard lock(mutex_);
    --left_;
    changed_.notify_all();
  }
  // False: it was time before all were empty.
  [[nodiscard]] bool wait_until(Instant deadline) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, deadline, [this] { return left_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t left_;
};

}  // namespace postern::proxy_app
