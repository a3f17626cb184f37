#include "controller/status/status_desk.h"

#include <utility>

#include "controller/status/status_page.h"

namespace postern::status {

StatusDesk::StatusDesk(DeskNeeds needs)
    : needs_(std::move(needs)),
      book_(needs_.clock),
      files_(needs_.directory, needs_.log),
      thread_([this] { run(); }) {}

void StatusDesk::learn(Lesson lesson) {
  const std::lock_guard lock(mutex_);
  news_.emplace_back(std::move(lesson));
  arrived_.notify_one();
}

// A report replaces the one of the same proxy that nobody looked at yet: however many come, as many
// wait as there are proxies. A lesson is not overtaken: it comes before the reports that answer it.
void StatusDesk::hear(publish::ApplyReport report) {
  const std::lock_guard lock(mutex_);
  for (auto news = news_.rbegin(); news != news_.rend(); ++news) {
    auto* waiting = std::get_if<publish::ApplyReport>(&*news);
    if (waiting == nullptr) break;
    if (waiting->connection != report.connection) continue;
    *waiting = std::move(report);
    return;
  }
  news_.emplace_back(std::move(report));
  arrived_.notify_one();
}

void StatusDesk::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    arrived_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void StatusDesk::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    arrived_.wait(lock, [this] { return stopping_ || !news_.empty(); });
    if (news_.empty()) return;
    std::deque<News> batch = std::exchange(news_, {});
    lock.unlock();
    for (News& news : batch) take_in(news);
    tell();
    lock.lock();
  }
}

void StatusDesk::take_in(News& news) {
  if (auto* lesson = std::get_if<Lesson>(&news)) {
    book_.learn(std::move(*lesson));
  } else {
    book_.hear(std::get<publish::ApplyReport>(news));
  }
}

void StatusDesk::tell() {
  const std::set<model::ObjectKey> touched = book_.take_touched();
  if (needs_.tell) {
    for (const StatusLine& line : lines_.lines(book_, touched)) needs_.tell(line);
  }
  if (needs_.directory.empty()) return;
  for (const model::ObjectKey& key : touched) {
    if (const auto status = book_.status(key)) {
      files_.write(key, status_page(*status));
    } else {
      files_.remove(key);
    }
  }
  if (!swept_) files_.remove_others();
  swept_ = true;
}

}  // namespace postern::status
