#include "controller/kube/back_off.h"

#include <algorithm>

namespace postern::kube {

Duration BackOff::next(Instant now, Duration at_least) {
  if (quiet(now)) step_ = kFirst;
  const Duration grown = step_ + part_of(step_, random_());
  const Duration wait = std::max(std::min(grown, kMost), at_least);
  step_ = std::min(step_ * 2, kMost);
  last_ = now + wait;
  return wait;
}

Duration BackOff::next_unless_first(Instant now) {
  if (!quiet(now)) return next(now);
  step_ = kFirst;
  last_ = now;
  return {};
}

void BackOff::begin_anew() {
  step_ = kFirst;
  last_.reset();
}

}  // namespace postern::kube
