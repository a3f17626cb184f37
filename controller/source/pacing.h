// When to look after something came from an API server: at once after a pause, and else when it has
// been quiet for a moment, so that a hundred objects that are applied together are built once. What
// came of a Secret waits for nothing: it replaces what may have been stolen. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "common/base/clock.h"
#include "controller/source/holdoff.h"

namespace postern::source {

// How long to wait for more.
struct Pace {
  Duration quiet{20};
  Duration longest{250};
  Duration quiet_endpoints{5};  // where nothing but endpoints came
  Duration longest_endpoints{50};
};

enum class Haste : std::uint8_t { Endpoints, Ordinary, AtOnce };

class Pacing {
 public:
  explicit Pacing(const Pace& pace)
      : pace_(pace),
        ordinary_(pace.quiet, pace.longest),
        endpoints_(pace.quiet_endpoints, pace.longest_endpoints) {}

  void happened(Haste haste, Instant now) {
    const Duration quiet = haste == Haste::Endpoints ? pace_.quiet_endpoints : pace_.quiet;
    const bool after_a_pause = !last_ || now - *last_ >= quiet;
    if (haste == Haste::AtOnce || (after_a_pause && !first_)) at_once_ = true;
    if (!first_) first_ = now;
    last_ = now;
    (haste == Haste::Endpoints ? endpoints_ : ordinary_).happened(now);
  }
  // Nothing: nothing happened.
  [[nodiscard]] std::optional<Instant> due() const {
    if (at_once_) return first_;
    return ordinary_.due() ? ordinary_.due() : endpoints_.due();
  }
  // When the oldest of it happened.
  [[nodiscard]] std::optional<Instant> first() const { return first_; }
  void clear() {
    ordinary_.clear();
    endpoints_.clear();
    first_.reset();
    at_once_ = false;
  }

 private:
  Pace pace_;
  Holdoff ordinary_;
  Holdoff endpoints_;
  std::optional<Instant> first_;
  std::optional<Instant> last_;  // stays when it is cleared
  bool at_once_ = false;
};

}  // namespace postern::source
