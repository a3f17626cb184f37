// The series that a desk counts in, its worker's own. The provider's label is its kind: names of
// providers come and go with tenants.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/base/clock.h"
#include "common/base/tallies.h"
#include "proxy/policy/question.h"

namespace postern::auth {

class DeskMetrics {
 public:
  explicit DeskMetrics(Metrics& metrics) : DeskMetrics(metrics.tallies()) {}
  void answered(const policy::Answer& answer, Instant::duration took);
  void in_flight(std::size_t now) { in_flight_.set(static_cast<std::int64_t>(now)); }
  void breakers_open(std::int64_t more) { breakers_.add(more); }

 private:
  struct Answers {
    Answers(Tallies& tallies, const char* result);
    OwnCounter& count;
    OwnHistogram& seconds;
  };

  explicit DeskMetrics(Tallies& tallies);

  Answers accepted_;
  Answers refused_;
  Answers again_;
  Answers unavailable_;
  OwnGauge& in_flight_;
  OwnGauge& breakers_;
};

}  // namespace postern::auth
