// SnapshotsAlive: holds every Prepared until nobody else does, so that the last reference is always
// dropped here, on the control thread: no worker runs the destructor of a whole configuration.
// Thread: control; alive() any.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "common/base/metrics.h"
#include "proxy/net/prepared.h"

namespace postern::adopt {

class SnapshotsAlive {
 public:
  explicit SnapshotsAlive(Metrics& metrics)
      : gauge_(metrics.gauge("postern_snapshots_alive", "configurations that somebody holds")) {}

  void keep(std::shared_ptr<const net::Prepared> prepared) {
    if (!prepared) return;
    all_.push_back(std::move(prepared));
    count();
  }
  void sweep() {
    std::erase_if(all_, [](const auto& one) { return one.use_count() == 1; });
    count();
  }
  [[nodiscard]] std::size_t alive() const { return alive_; }

 private:
  void count() {
    alive_ = all_.size();
    gauge_.set(static_cast<std::int64_t>(all_.size()));
  }

  std::vector<std::shared_ptr<const net::Prepared>> all_;
  std::atomic<std::size_t> alive_{0};
  Gauge& gauge_;
};

}  // namespace postern::adopt
