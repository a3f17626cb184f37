#include "proxy/auth/breaker.h"

namespace postern::auth {

bool Breaker::lets_through(Instant now) {
  if (!open_until_) return true;
  if (now < *open_until_ || trying_) return false;
  trying_ = true;
  return true;
}

Breaker::Change Breaker::succeeded() {
  count_ = 0;
  return answered_badly();
}

Breaker::Change Breaker::answered_badly() {
  trying_ = false;
  if (!open_until_) return Change::None;
  open_until_.reset();
  count_ = 0;
  return Change::Closed;
}

Breaker::Change Breaker::failed(Instant now, bool is_trial) {
  failures_[count_ % kFailures] = now;
  ++count_;
  if (open_until_) {
    if (is_trial) trying_ = false;
    open_until_ = now + kOpenFor;
    return Change::None;
  }
  // The oldest of the last ten is where the next one goes.
  if (count_ < kFailures || now - failures_[count_ % kFailures] > kWithin) return Change::None;
  open_until_ = now + kOpenFor;
  return Change::Opened;
}

bool Breaker::forgettable(Instant now) const {
  if (open_until_) return now - *open_until_ > kForgotten;
  return count_ == 0 || now - failures_[(count_ - 1) % kFailures] > kWithin;
}

}  // namespace postern::auth
