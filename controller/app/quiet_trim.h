// QuietTrim: gives memory back to the kernel once it has been quiet. What a thousand MailServers
// take while they are sent to ten proxies at once is a multiple of what they take afterwards, and
// the C library would keep it; but a change that is on its way must not wait for that either.
// Threads: stir() from any; one of its own does the work.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

namespace postern::controller_app {

class QuietTrim {
 public:
  QuietTrim() : thread_([this] { run(); }) {}
  ~QuietTrim();
  QuietTrim(const QuietTrim&) = delete;
  QuietTrim& operator=(const QuietTrim&) = delete;

  // Something was done that takes memory for a while.
  void stir();

 private:
  void run();
  // False: it is to end.
  [[nodiscard]] bool wait_until_quiet(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stirred_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the rest
};

}  // namespace postern::controller_app
