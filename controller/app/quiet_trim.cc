#include "controller/app/quiet_trim.h"

#include <chrono>

#include "common/base/clock.h"
#include "common/process/heap.h"

namespace postern::controller_app {
namespace {

constexpr Duration kQuiet{2'000};
constexpr Duration kLongest{30'000};  // where it is never quiet

}  // namespace

QuietTrim::~QuietTrim() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void QuietTrim::stir() {
  {
    const std::lock_guard lock(mutex_);
    if (stirred_) return;
    stirred_ = true;
  }
  changed_.notify_one();
}

bool QuietTrim::wait_until_quiet(std::unique_lock<std::mutex>& lock) {
  changed_.wait(lock, [this] { return stirred_ || stopping_; });
  const auto longest = std::chrono::steady_clock::now() + kLongest;
  while (stirred_ && !stopping_ && std::chrono::steady_clock::now() < longest) {
    stirred_ = false;
    changed_.wait_for(lock, kQuiet, [this] { return stirred_ || stopping_; });
    // Not woken by each change of a storm.
    if (stirred_) changed_.wait_for(lock, kQuiet, [this] { return stopping_; });
  }
  stirred_ = false;
  return !stopping_;
}

void QuietTrim::run() {
  std::unique_lock lock(mutex_);
  while (wait_until_quiet(lock)) {
    lock.unlock();
    process::trim_heap();
    lock.lock();
  }
}

}  // namespace postern::controller_app
