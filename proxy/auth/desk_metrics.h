// The series that desks count in. The provider's label is its kind: names of providers come and go
// with tenants.
#pragma once

#include <cstdint>

#include "common/base/clock.h"
#include "common/base/metrics.h"
#include "proxy/policy/question.h"

namespace postern::auth {

class DeskMetrics {
 public:
  explicit DeskMetrics(Metrics& metrics);
  void answered(const policy::Answer& answer, Instant::duration took);
  void breakers_open(std::int64_t more) { breakers_.add(more); }

 private:
  Counter& accepted_;
  Counter& refused_;
  Counter& again_;
  Counter& unavailable_;
  Histogram& seconds_;
  Gauge& breakers_;
};

}  // namespace postern::auth
