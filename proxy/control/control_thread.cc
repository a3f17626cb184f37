#include "proxy/control/control_thread.h"

#include <utility>

namespace postern::control {

ControlThread::ControlThread() : thread_([this] { run(); }) {}

bool ControlThread::post(Task task) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return false;
  tasks_.push_back(std::move(task));
  wake_.notify_one();
  return true;
}

void ControlThread::post_after(Duration delay, Task task) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  later_.emplace(std::chrono::steady_clock::now() + delay, std::move(task));
  wake_.notify_one();
}

void ControlThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void ControlThread::run() {
  for (Task task; take(task); task = nullptr) task();
  // What is left may hold the last reference to something of this thread's.
  std::deque<Task> tasks;
  std::multimap<Instant, Task> later;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
    later.swap(later_);
  }
}

// False when the thread is to end.
bool ControlThread::take(Task& task) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (stopping_) return false;
    const Instant now = std::chrono::steady_clock::now();
    while (!later_.empty() && later_.begin()->first <= now) {
      tasks_.push_back(std::move(later_.begin()->second));
      later_.erase(later_.begin());
    }
    if (!tasks_.empty()) break;
    if (later_.empty()) {
      wake_.wait(lock);
    } else {
      const Instant until = later_.begin()->first;
      wake_.wait_until(lock, until);
    }
  }
  task = std::move(tasks_.front());
  tasks_.pop_front();
  return true;
}

}  // namespace postern::control
