// What a reflector counts, a series a collection's name.
#pragma once

#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/metrics.h"

namespace postern::kube {

class ReflectorCounts {
 public:
  ReflectorCounts(Metrics& metrics, const std::string& collection);

  void listed() { lists_.add(); }
  void watched() { watches_.add(); }
  void ended_soon() { short_watches_.add(); }
  void listed_again(std::string_view reason);
  void heard(WallTime now);

 private:
  Metrics& metrics_;
  std::string collection_;
  Counter& lists_;
  Counter& watches_;
  Counter& short_watches_;
  Gauge& last_event_;
};

}  // namespace postern::kube
