// How long to wait before the next attempt: full jitter between a least and a doubling bound, so
// that a thousand proxies do not come back in one wave. Pure: the random number is given in.
#pragma once

#include <algorithm>
#include <functional>
#include <utility>

#include "common/base/clock.h"

namespace postern::control {

class Backoff {
 public:
  struct Bounds {
    Duration least{500};
    Duration most{30'000};
  };
  // Gives a number in [0, 1).
  using Random = std::function<double()>;

  Backoff(Bounds bounds, Random random)
      : bounds_(bounds), random_(std::move(random)), bound_(bounds.least) {}

  [[nodiscard]] Duration next() {
    bound_ = std::min(bounds_.most, bound_ * 2);
    return drawn();
  }
  // After a refusal that the next attempt will most likely meet again.
  [[nodiscard]] Duration slow() {
    bound_ = bounds_.most;
    return drawn();
  }
  void reset() { bound_ = bounds_.least; }

 private:
  [[nodiscard]] Duration drawn() {
    const double width = static_cast<double>((bound_ - bounds_.least).count());
    return bounds_.least + Duration(static_cast<Duration::rep>(width * random_()));
  }

  Bounds bounds_;
  Random random_;
  Duration bound_;
};

}  // namespace postern::control
