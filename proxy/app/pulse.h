// Pulse: do all workers turn? Each is asked now and then and answers when it turns; one that was
// silent for half a minute hangs, and only a restart helps. Slow services and full queues are no
// reason: a worker never waits for them.
// Threads: beat() from the worker that it is about, the rest from any.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "common/base/clock.h"

namespace postern::proxy_app {

class Pulse {
 public:
  static constexpr Duration kHangs{30'000};

  Pulse(const Clock& clock, std::size_t workers);

  void beat(std::size_t worker) { last_[worker].store(ticks(), std::memory_order_relaxed); }
  [[nodiscard]] bool all_turn() const;

 private:
  [[nodiscard]] Instant::rep ticks() const { return clock_.now().time_since_epoch().count(); }

  const Clock& clock_;
  const std::size_t workers_;
  std::unique_ptr<std::atomic<Instant::rep>[]> last_;
};

}  // namespace postern::proxy_app
