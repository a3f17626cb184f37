// StatusDesk: the thread that tells people: takes lessons of the loop and reports of proxies, keeps
// the book, writes files and lines. The configuration path only drops its news here and never
// waits; a desk that is slow tells the newest state later, and nothing else happens. Threads:
// learn() and hear() from any; lines come on the desk's own thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <variant>

#include "controller/status/status_book.h"
#include "controller/status/status_files.h"
#include "controller/status/status_lines.h"

namespace postern::status {

using TellLine = std::function<void(const StatusLine&)>;

struct DeskNeeds {
  const Clock& clock;
  Log& log;
  TellLine tell;          // may be empty
  std::string directory;  // of status files; empty: none
};

class StatusDesk {
 public:
  explicit StatusDesk(DeskNeeds needs);
  ~StatusDesk() { stop(); }
  StatusDesk(const StatusDesk&) = delete;
  StatusDesk& operator=(const StatusDesk&) = delete;

  void learn(Lesson lesson);
  void hear(publish::ApplyReport report);
  // What has come in so far is told first.
  void stop();

 private:
  using News = std::variant<Lesson, publish::ApplyReport>;

  void run();
  void take_in(News& news);
  void tell();

  DeskNeeds needs_;
  StatusBook book_;
  StatusLines lines_;
  StatusFiles files_;
  bool swept_ = false;

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<News> news_;
  bool stopping_ = false;
  std::thread thread_;  // last: it starts when all the rest is there
};

}  // namespace postern::status
