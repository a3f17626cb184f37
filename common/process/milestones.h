// Milestones: what the main thread of `postern run` waits for: the first configuration that the
// workers took, and the wish to stop. Reported from other threads; each is reached once.
#pragma once

#include <condition_variable>
#include <mutex>

namespace postern::process {

class Milestones {
 public:
  void adopted() { reach(adopted_); }
  void stop_wished() { reach(stop_wished_); }

  // False when the wish to stop came first.
  [[nodiscard]] bool wait_until_adopted() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return adopted_ || stop_wished_; });
    return adopted_;
  }
  [[nodiscard]] bool stop_is_wished() {
    const std::lock_guard lock(mutex_);
    return stop_wished_;
  }
  void wait_until_stop_wished() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stop_wished_; });
  }

 private:
  void reach(bool& milestone) {
    const std::lock_guard lock(mutex_);
    milestone = true;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool adopted_ = false;
  bool stop_wished_ = false;
};

}  // namespace postern::process
