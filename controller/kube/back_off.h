// How long to wait before the next try: 0.8 s, twice as long each time, at most 30 s, and up to as
// much again at random, so that replicas do not come together. After two minutes without a failure
// it begins anew. Steady time only.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "common/base/clock.h"

namespace postern::kube {

// `part` in [0, 1) of it.
[[nodiscard]] inline Duration part_of(Duration whole, double part) {
  return Duration(static_cast<Duration::rep>(static_cast<double>(whole.count()) * part));
}

class BackOff {
 public:
  static constexpr Duration kFirst{800};
  static constexpr Duration kMost{30'000};
  static constexpr Duration kQuiet{120'000};

  // `random` in [0, 1).
  explicit BackOff(std::function<double()> random) : random_(std::move(random)) {}

  // The wait after a failure at `now`; never less than `at_least`, which a server may have asked.
  [[nodiscard]] Duration next(Instant now, Duration at_least = {});
  // The same for what is no failure when it happens once: the first time there is no wait.
  [[nodiscard]] Duration next_unless_first(Instant now);
  // The server is another one than that which failed, or has come back: short waits again.
  void begin_anew();

 private:
  [[nodiscard]] bool quiet(Instant now) const { return !last_ || now - *last_ >= kQuiet; }

  std::function<double()> random_;
  Duration step_ = kFirst;
  std::optional<Instant> last_;  // when the last wait was over
};

}  // namespace postern::kube
