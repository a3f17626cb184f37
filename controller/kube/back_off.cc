#include "controller/kube/back_off.h"

#include <algorithm>

namespace postern::kube {

Duration BackOff::next(Instant now, Duration at_least) {
  if (quiet(now)) step_ = kFirst;
  const auto more = static_cast<Duration::rep>(static_cast<double>(step_.count()) * random_());
  const Duration wait = std::max(std::min(step_ + Duration(more), kMost), at_least);
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

}  // namespace postern::kube
