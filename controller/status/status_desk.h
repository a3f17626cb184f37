// StatusDesk: the thread that tells people: takes lessons of the loop and reports of proxies, keeps
// the book, fills the outlet and says lines. The configuration path only drops its news here and
// never waits; a desk that is slow tells the newest state later, and nothing else happens. Threads:
// learn(), hear(), remember() and tell_all() from any; lines come on the desk's own thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "common/base/metrics.h"
#include "controller/status/outlet.h"
#include "controller/status/status_book.h"
#include "controller/status/status_lines.h"

namespace postern::status {

using TellLine = std::function<void(const StatusLine&)>;

struct DeskNeeds {
  const Clock& clock;
  TellLine tell;               // may be empty
  Outlet* outlet = nullptr;    // outlives the desk; null: none
  Metrics* metrics = nullptr;  // the same
};

class StatusDesk {
 public:
  explicit StatusDesk(DeskNeeds needs);
  ~StatusDesk() { stop(); }
  StatusDesk(const StatusDesk&) = delete;
  StatusDesk& operator=(const StatusDesk&) = delete;

  void learn(Lesson lesson);
  void hear(publish::ApplyReport report);
  // What stands in objects now, of a MailClass too, written by whoever led before.
  void remember(std::vector<MailServerStatus> written);
  // The outlet is given everything anew.
  void tell_all();
  // What has come in so far is told first, but for what proxies have yet to answer for.
  void stop();

 private:
  using Written = std::vector<MailServerStatus>;
  struct TellAll {};
  using News = std::variant<Lesson, publish::ApplyReport, Written, TellAll>;

  void add(News news);
  void run();
  void wait_for_news(std::unique_lock<std::mutex>& lock);
  void take_in(News& news);
  void tell();
  void count(const model::ObjectKey& key, const MailServerStatus* status);

  DeskNeeds needs_;
  StatusBook book_;
  StatusLines lines_;
  std::map<model::ObjectKey, Truth> ready_;
  bool learned_ = false;  // something, from the loop
  bool complete_ = false;
  bool all_ = false;  // the outlet is to be given everything

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<News> news_;
  bool stopping_ = false;
  std::thread thread_;  // last: it starts when all the rest is there
};

}  // namespace postern::status
