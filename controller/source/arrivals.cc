#include "controller/source/arrivals.h"

#include <algorithm>

namespace postern::source {

namespace {

// An answer takes a few milliseconds; without it a MailServer would be told for a moment that its
// Secret is not there.
constexpr Duration kLongestAsking{500};

}  // namespace

void Arrivals::put(Batch batch) {
  if (batch.empty()) return;
  const std::lock_guard lock(mutex_);
  const Instant now = clock_.now();
  if (!caused_at_) caused_at_ = now;
  for (auto& [key, object] : batch.objects) pending_[std::move(key)] = std::move(object);
  if (batch.problems) {
    problems_ = std::move(*batch.problems);
    problems_changed_ = true;
  }
  pacing_.happened(batch.haste, now);
  changed_.notify_all();
}

void Arrivals::set_views(View made_of, View read_to, bool matters) {
  const std::lock_guard lock(mutex_);
  made_of_ = std::move(made_of);
  read_to_ = std::move(read_to);
  if (!matters) return;
  views_matter_ = true;
  changed_.notify_all();
}

void Arrivals::set_asking(bool asking) {
  const std::lock_guard lock(mutex_);
  asking_ = asking;
  if (!asking) changed_.notify_all();
}

void Arrivals::complete() {
  const std::lock_guard lock(mutex_);
  complete_ = true;
  waiting_for_.clear();
  changed_.notify_all();
}

void Arrivals::set_waiting_for(std::string words) {
  const std::lock_guard lock(mutex_);
  waiting_for_ = std::move(words);
}

std::string Arrivals::waiting_for() const {
  const std::lock_guard lock(mutex_);
  return waiting_for_;
}

void Arrivals::wait_until_complete(Duration most) {
  std::unique_lock lock(mutex_);
  if (complete_) return;  // wake() is then for who waits for changes
  changed_.wait_for(lock, std::min(most, kLongestWait), [this] { return complete_ || woken_; });
  woken_ = false;
}

Result<Changes, std::string> Arrivals::take() {
  const std::lock_guard lock(mutex_);
  if (!complete_) {
    return Fail<std::string>("not everything was read from the API server yet; waiting for " +
                             (waiting_for_.empty() ? "its first answer" : waiting_for_));
  }
  Changes out;
  for (auto& [key, object] : pending_) {
    if (object == nullptr) {
      out.gone.push_back(key);
    } else {
      out.changed.push_back(std::move(object));
    }
  }
  pending_.clear();
  out.problems = problems_;
  out.problems_changed = std::exchange(problems_changed_, false);
  out.caused_at = std::exchange(caused_at_, std::nullopt);
  out.made_of = made_of_;
  out.read_to = read_to_;
  views_matter_ = false;
  pacing_.clear();
  return out;
}

std::optional<Instant> Arrivals::due() const {
  if (!complete_) return std::nullopt;
  const auto due = pacing_.due();
  if (!due) return views_matter_ ? std::optional(Instant::min()) : std::nullopt;
  return asking_ ? std::max(*due, *pacing_.first() + kLongestAsking) : *due;
}

void Arrivals::wait(Duration most) {
  std::unique_lock lock(mutex_);
  const Instant end = clock_.now() + std::min(most, kLongestWait);
  const bool was_complete = complete_;
  while (!woken_ && complete_ == was_complete) {
    const Instant now = clock_.now();
    const Instant until = std::min(end, due().value_or(end));
    if (now >= until) break;
    changed_.wait_for(lock, until - now);
  }
  woken_ = false;
}

void Arrivals::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

}  // namespace postern::source
