#include "proxy/control/last_good_writer.h"

#include <chrono>
#include <utility>

namespace postern::control {

LastGoodWriter::LastGoodWriter(std::unique_ptr<adopt::LastKnownGood> file, Log& log,
                               StreamMetrics& metrics, KeepingPace pace)
    : file_(std::move(file)),
      metrics_(metrics),
      ledger_(*file_, log, pace),
      thread_([this] { run(); }) {}

void LastGoodWriter::begin(ConfigChange restored, adopt::Restored::From from, bool is_proven) {
  const std::lock_guard lock(mutex_);
  beginning_ = Beginning{std::move(restored), from, is_proven};
  wake_.notify_one();
}

void LastGoodWriter::note(ConfigChange change) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  if (pending_) {
    pending_->merge(std::move(change));
    return;  // it has been woken for what was there before
  }
  pending_ = std::move(change);
  wake_.notify_one();
}

void LastGoodWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void LastGoodWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto woken = [this] { return stopping_ || beginning_ || pending_; };
    if (const auto due = ledger_.due()) {
      wake_.wait_until(lock, *due, woken);
    } else {
      wake_.wait(lock, woken);
    }
    auto beginning = std::exchange(beginning_, std::nullopt);
    auto pending = std::exchange(pending_, std::nullopt);
    const bool is_last = stopping_;
    lock.unlock();
    const Instant now = std::chrono::steady_clock::now();
    if (beginning) {
      ledger_.begin(std::move(beginning->restored), beginning->from, beginning->is_proven, now);
    }
    if (pending) ledger_.note(std::move(*pending));
    tell(is_last ? ledger_.finish(now) : ledger_.act(now));
    lock.lock();
    if (is_last) return;
  }
}

void LastGoodWriter::tell(bool written) {
  metrics_.save_failures.add(ledger_.failures() - told_failures_);
  told_failures_ = ledger_.failures();
  if (!written) return;
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  metrics_.saved_at.set(std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

}  // namespace postern::control
