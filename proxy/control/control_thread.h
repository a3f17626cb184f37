// The proxy's one control thread: runs what was posted, one task after the other, at once or at a
// time. Staging, preparation and adoption of configurations happen here and nowhere else.
// post() and post_after() from anywhere; tasks that are left when stop() is called are destroyed
// on the thread, not run. The wiring owns it; it outlives whoever posts to it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "common/base/clock.h"

namespace postern::control {

class ControlThread {
 public:
  using Task = std::function<void()>;

  ControlThread();
  ~ControlThread() { stop(); }
  ControlThread(const ControlThread&) = delete;
  ControlThread& operator=(const ControlThread&) = delete;

  // False, and the task is dropped, after stop().
  bool post(Task task);
  void post_after(Duration delay, Task task);
  // Waits for the task in hand. Not from the thread itself.
  void stop();
  [[nodiscard]] bool is_current() const { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  void run();
  [[nodiscard]] bool take(Task& task);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> tasks_;
  std::multimap<Instant, Task> later_;
  bool stopping_ = false;
  std::thread thread_;  // last: it starts when all the rest is there
};

}  // namespace postern::control
