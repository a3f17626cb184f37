// Rounds: what a worker tells all its sessions, some of them a turn.
#include <algorithm>

#include "proxy/session/worker.h"

namespace postern::session {

void Worker::drain(const Leave& leave) {
  drain_ = leave;
  if (leave.forced != Instant::max()) timers_.arm(forced_, leave.forced);
  begin_round();
}

bool Worker::forced() const { return drain_ && now_ >= drain_->forced; }

// What the configuration takes away goes as slowly as a proxy that stops.
Leave Worker::leave_for(Cause cause) const {
  if (drain_) return *drain_;
  const config::ClassTerms* terms = prepared()->snapshot->class_terms();
  const config::DrainTerms drain = terms ? terms->drain : config::DrainTerms{};
  return {cause, now_, drain.window(), now_ + drain.deadline - config::DrainTerms::kForced};
}

// A round that is under way begins anew from where it is.
void Worker::begin_round() { round_left_ = slots_.size(); }

void Worker::go_round() {
  for (std::size_t looks = 0; round_left_ > 0 && looks < kSessionsAtOnce; ++looks, --round_left_) {
    round_at_ = (round_at_ + 1) % slots_.size();
    Session& session = slots_[round_at_];
    if (session.over()) continue;
    session.review(*this);
    if (session.over()) dead_.push_back(session.id().slot);
  }
}

void Worker::when_empty(std::function<void()> tell) { empty_ = std::move(tell); }

void Worker::tell_if_empty() {
  if (!empty_ || open_ > 0) return;
  const auto tell = std::exchange(empty_, nullptr);
  tell();
}

}  // namespace postern::session
