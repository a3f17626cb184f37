// Reach: who waits because the API server was away is called as soon as it answers anybody, so that
// no wait of half a minute outlasts an outage by half a minute. A server that answers some and not
// others is not away: there everybody keeps to his own back-off.
// Thread: the agenda's. Steady time only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "common/base/clock.h"

namespace postern::kube {

class Reach {
 public:
  // So long nobody was answered: it was away.
  static constexpr Duration kAway{3'000};
  // Those who are called ask within this, each at his own moment.
  static constexpr Duration kSpread{1'000};

  // Who waits; its end is the end of the waiting.
  class Wait {
   public:
    virtual ~Wait() = default;
  };

  Reach();
  // What came of any request. No answer, or none but 5xx: nobody is there.
  void heard(bool answered, Instant now);
  // `call` is called once at most.
  [[nodiscard]] std::unique_ptr<Wait> await(std::function<void()> call);

 private:
  struct Waiting {
    std::uint64_t next = 0;
    std::map<std::uint64_t, std::function<void()>> calls;
  };
  class Held;

  std::shared_ptr<Waiting> waiting_;  // may outlive this, with who waits
  std::optional<Instant> unanswered_since_;
};

}  // namespace postern::kube
