#include "proxy/upstream/reach.h"

namespace postern::upstream {

bool Reach::may_try_again() const {
  return !password_sent_ && tried_ < order_.size() && tried_ <= retries_;
}

std::optional<policy::Candidate> Reach::next() {
  if (!may_try_again()) return std::nullopt;
  return order_[tried_++];
}

}  // namespace postern::upstream
