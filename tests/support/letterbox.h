// Things that one thread leaves and another one waits for; a generous end makes a hang a failure.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace postern::test {

template <class Thing>
class Letterbox {
 public:
  void put(Thing thing) {
    const std::lock_guard lock(mutex_);
    things_.push_back(std::move(thing));
    changed_.notify_all();
  }
  Thing take() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(30), [&] { return !things_.empty(); })) {
      throw std::runtime_error("nothing came");
    }
    Thing thing = std::move(things_.front());
    things_.pop_front();
    return thing;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    things_.clear();
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return things_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Thing> things_;
};

}  // namespace postern::test
