// SIGTERM and SIGINT, turned into a call on a thread of their own. The first one asks for a drain;
// the second ends the process at once with 0, however long draining would have taken. SIGHUP does
// nothing: logs go to stderr, so there is no file to open again.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace postern::process {

// Before the first thread of the process, since threads inherit the mask: a signal that some other
// thread takes would end the program without a drain.
void keep_stop_signals();

class StopSignals {
 public:
  explicit StopSignals(std::function<void()> first);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  void wait();

  std::function<void()> first_;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

}  // namespace postern::process
