// When to look after something happened: once it has been quiet, but not later than `longest` after
// the first event, so that a file which is written to without end keeps nobody waiting. Pure.
#pragma once

#include <algorithm>
#include <optional>

#include "common/base/clock.h"

namespace postern::source {

class Holdoff {
 public:
  Holdoff(Duration quiet, Duration longest) : quiet_(quiet), longest_(longest) {}

  void happened(Instant now) {
    if (!first_) first_ = now;
    last_ = now;
  }
  // Nothing: nothing happened.
  [[nodiscard]] std::optional<Instant> due() const {
    if (!first_) return std::nullopt;
    return std::min(last_ + quiet_, *first_ + longest_);
  }
  void clear() { first_.reset(); }

 private:
  Duration quiet_;
  Duration longest_;
  std::optional<Instant> first_;
  Instant last_{};
};

}  // namespace postern::source
