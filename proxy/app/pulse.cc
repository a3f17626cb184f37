#include "proxy/app/pulse.h"

namespace postern::proxy_app {

Pulse::Pulse(const Clock& clock, std::size_t workers)
    : clock_(clock),
      workers_(workers),
      last_(std::make_unique<std::atomic<Instant::rep>[]>(workers)) {
  for (std::size_t i = 0; i < workers_; ++i) beat(i);
}

bool Pulse::all_turn() const {
  const Instant::rep oldest = (clock_.now() - kHangs).time_since_epoch().count();
  for (std::size_t i = 0; i < workers_; ++i) {
    if (last_[i].load(std::memory_order_relaxed) < oldest) return false;
  }
  return true;
}

}  // namespace postern::proxy_app
