#include "proxy/control/last_good_writer.h"

#include <pthread.h>
#include <sched.h>

#include <chrono>
#include <utility>

namespace postern::control {

namespace {

// Encoding a thousand MailServers takes as long as many changes: only who has nothing else to do
// lends us its processor. Where that is not allowed, we are a thread like the others.
void stand_back() {
  const sched_param none{};
  static_cast<void>(::pthread_setschedparam(::pthread_self(), SCHED_IDLE, &none));
}

}  // namespace

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
  if (!thread_.joinable()) return;
  thread_.join();
  // Not by the thread: who waits for the end does not wait for an idle moment.
  take();
  tell(ledger_.finish(std::chrono::steady_clock::now()));
}

void LastGoodWriter::run() {
  stand_back();
  std::unique_lock lock(mutex_);
  const auto woken = [this] { return stopping_ || beginning_ || pending_; };
  for (;;) {
    if (const auto due = ledger_.due()) {
      wake_.wait_until(lock, *due, woken);
    } else {
      wake_.wait(lock, woken);
    }
    if (stopping_) return;
    lock.unlock();
    take();
    tell(ledger_.act(std::chrono::steady_clock::now()));
    lock.lock();
  }
}

// What came since is the ledger's now.
void LastGoodWriter::take() {
  std::unique_lock lock(mutex_);
  auto beginning = std::exchange(beginning_, std::nullopt);
  auto pending = std::exchange(pending_, std::nullopt);
  lock.unlock();
  if (beginning) {
    ledger_.begin(std::move(beginning->restored), beginning->from, beginning->is_proven,
                  std::chrono::steady_clock::now());
  }
  if (pending) ledger_.note(std::move(*pending));
}

void LastGoodWriter::tell(bool written) {
  metrics_.save_failures.add(ledger_.failures() - told_failures_);
  told_failures_ = ledger_.failures();
  if (!written) return;
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  metrics_.saved_at.set(std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

}  // namespace postern::control
