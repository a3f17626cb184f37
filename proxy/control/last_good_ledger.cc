#include "proxy/control/last_good_ledger.h"

#include <algorithm>
#include <utility>

namespace postern::control {

void ConfigChange::merge(ConfigChange later) {
  version = std::move(later.version);
  revision = std::move(later.revision);
  for (const config::ResourceKey& key : later.gone) put(key, nullptr);
  for (const auto& resource : later.resources) put(resource->key(), resource);
}

void ConfigChange::put(const config::ResourceKey& key,
                       std::shared_ptr<const config::Resource> resource) {
  if (const auto before = resources.find(key); before != resources.end()) resources.erase(before);
  if (resource) {
    gone.erase(key);
    resources.insert(std::move(resource));
  } else {
    gone.insert(key);
  }
}

void LastGoodLedger::begin(ConfigChange restored, adopt::Restored::From from, bool is_proven,
                           Instant now) {
  resources_.clear();
  note(std::move(restored));
  is_dirty_ = false;
  // A `current` that was passed over stays as it is: it may be what ended the last process.
  if (from == adopt::Restored::From::Previous) return;
  current_ = ++writes_;
  is_proven_ = is_proven;
  if (!is_proven_) begin_trial(now);
}

void LastGoodLedger::note(ConfigChange change) {
  is_dirty_ = is_dirty_ || changes_anything(change);
  version_ = std::move(change.version);
  revision_ = std::move(change.revision);
  for (const config::ResourceKey& key : change.gone) {
    if (const auto before = resources_.find(key); before != resources_.end()) {
      resources_.erase(before);
    }
  }
  for (const auto& resource : change.resources) {
    if (const auto before = resources_.find(resource); before != resources_.end()) {
      resources_.erase(before);
    }
  }
  resources_.merge(change.resources);
}

bool LastGoodLedger::changes_anything(const ConfigChange& change) const {
  if (change.version != version_ || change.revision != revision_) return true;
  const auto was_here = [&](const auto& key) { return resources_.contains(key); };
  const auto is_new = [&](const auto& resource) {
    const auto before = resources_.find(resource);
    return before == resources_.end() || resource->version != (*before)->version;
  };
  return std::ranges::any_of(change.gone, was_here) ||
         std::ranges::any_of(change.resources, is_new);
}

std::optional<Instant> LastGoodLedger::due() const {
  std::optional<Instant> next;
  if (is_dirty_) next = not_before_;
  if (trial_) next = next ? std::min(*next, trial_->over) : trial_->over;
  return next;
}

bool LastGoodLedger::act(Instant now) {
  if (trial_ && trial_->over <= now) end_trial(now);
  return is_dirty_ && not_before_ <= now && write(now);
}

bool LastGoodLedger::finish(Instant now) {
  const bool written = is_dirty_ && write(now);
  if (!is_dirty_ && current_ != 0 && !is_proven_) is_proven_ = succeeded(file_.prove());
  return written;
}

adopt::SavedConfig LastGoodLedger::saved() const {
  return {version_, revision_, {resources_.begin(), resources_.end()}};
}

bool LastGoodLedger::write(Instant now) {
  // Until it is known to be there: a write that failed may have failed at its very end.
  current_ = 0;
  if (!succeeded(file_.save(saved()))) {
    not_before_ = now + pace_.retry;
    return false;
  }
  current_ = ++writes_;
  is_proven_ = false;
  is_dirty_ = false;
  not_before_ = now + pace_.between_writes;
  if (!trial_) begin_trial(now);
  return true;
}

void LastGoodLedger::begin_trial(Instant now) {
  trial_ = Trial{now + pace_.proof, current_, saved()};
}

void LastGoodLedger::end_trial(Instant now) {
  const std::optional<Trial> over = std::exchange(trial_, std::nullopt);
  if (!over) return;
  const Trial& trial = *over;
  if (trial.number == current_) {
    is_proven_ = succeeded(file_.prove());
  } else {
    static_cast<void>(succeeded(file_.save_previous(trial.config)));  // it has been counted
  }
  if (current_ != 0 && !is_proven_ && !is_dirty_) begin_trial(now);
}

bool LastGoodLedger::succeeded(const adopt::LastKnownGood::Done& done) {
  if (!done) {
    ++failures_;
    if (!failing_) {
      log_.line(LogLevel::Warning, "last known good cannot be written",
                {{field::kReason, done.error()}});
    }
  }
  failing_ = !done;
  return done.has_value();
}

}  // namespace postern::control
