#include "controller/status/status_desk.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/base/ascii.h"

namespace postern::status {

StatusDesk::StatusDesk(DeskNeeds needs)
    : needs_(std::move(needs)), book_(needs_.clock), thread_([this] { run(); }) {}

void StatusDesk::add(News news) {
  const std::lock_guard lock(mutex_);
  news_.push_back(std::move(news));
  arrived_.notify_one();
}

void StatusDesk::learn(Lesson lesson) { add(std::move(lesson)); }

void StatusDesk::remember(std::vector<MailServerStatus> written) { add(std::move(written)); }

void StatusDesk::tell_all() { add(TellAll{}); }

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
    wait_for_news(lock);
    if (news_.empty() && stopping_) return;
    std::deque<News> batch = std::exchange(news_, {});
    lock.unlock();
    for (News& news : batch) take_in(news);
    book_.look_at_clock();
    tell();
    lock.lock();
  }
}

void StatusDesk::wait_for_news(std::unique_lock<std::mutex>& lock) {
  const auto called = [this] { return stopping_ || !news_.empty(); };
  const Duration left = std::chrono::ceil<Duration>(book_.due() - needs_.clock.now());
  arrived_.wait_for(lock, std::max(left, Duration{1}), called);
}

void StatusDesk::take_in(News& news) {
  if (auto* lesson = std::get_if<Lesson>(&news)) {
    book_.learn(std::move(*lesson));
    learned_ = true;
  } else if (auto* report = std::get_if<publish::ApplyReport>(&news)) {
    book_.hear(*report);
  } else if (auto* written = std::get_if<Written>(&news)) {
    for (const MailServerStatus& one : *written) book_.remember(one);
  } else {
    all_ = true;
  }
}

void StatusDesk::tell() {
  std::set<model::ObjectKey> touched = book_.take_touched();
  if (needs_.tell) {
    for (const StatusLine& line : lines_.lines(book_, touched)) needs_.tell(line);
  }
  if (needs_.outlet == nullptr) return;
  if (std::exchange(all_, false)) {
    for (const model::ObjectKey& key : book_.all()) touched.insert(key);
  }
  for (const model::ObjectKey& key : book_.to_tell(std::move(touched))) {
    const auto status = book_.status(key);
    count(key, status ? &*status : nullptr);
    if (status) {
      needs_.outlet->put(*status);
    } else {
      needs_.outlet->remove(key);
    }
  }
  if (const auto mail_class = book_.class_to_tell()) needs_.outlet->put(*mail_class);
  if (!learned_ || complete_ || book_.holds_any()) return;
  needs_.outlet->complete();
  complete_ = true;
}

// By the word of the condition Ready.
void StatusDesk::count(const model::ObjectKey& key, const MailServerStatus* status) {
  if (needs_.metrics == nullptr) return;
  const auto add = [this](Truth truth, int by) {
    needs_.metrics
        ->gauge("postern_mailservers", "MailServers by their condition Ready.",
                {{"ready", lower(word_of(truth))}})
        .add(by);
  };
  if (const auto known = ready_.find(key); known != ready_.end()) {
    add(known->second, -1);
    ready_.erase(known);
  }
  if (status == nullptr) return;
  const Condition* ready = status->condition("Ready");
  const Truth now = ready == nullptr ? Truth::Unknown : ready->truth;
  add(now, 1);
  ready_.emplace(key, now);
}

}  // namespace postern::status
