// InForce: what an adoption answers when it is asked, from any thread: names and versions, open
// ports, the snapshot that every worker has. Written by the control thread.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <vector>

#include "common/base/metrics.h"
#include "proxy/adopt/adopt.h"
#include "proxy/adopt/doors.h"
#include "proxy/adopt/prepare.h"
#include "proxy/net/prepared.h"

namespace postern::adopt {

class InForce {
 public:
  explicit InForce(Metrics& metrics);

  void set(const Preparer& preparer, std::vector<BoundListener> listeners);
  void set_listeners(std::vector<BoundListener> listeners);
  // Every worker has it; null: nothing new.
  void adopted(std::shared_ptr<const net::Prepared> prepared);
  void count(State result);

  // As received; its version is that of the last update.
  [[nodiscard]] std::shared_ptr<const config::Snapshot> snapshot() const;
  [[nodiscard]] std::vector<BoundListener> listeners() const;
  [[nodiscard]] std::shared_ptr<const net::Prepared> current() const;

 private:
  Metrics& metrics_;
  Gauge& ports_bound_;
  std::array<Gauge*, config::kResourceTypes.size()> resources_{};

  mutable std::mutex lock_;
  std::shared_ptr<const config::Snapshot> accepted_ = std::make_shared<const config::Snapshot>();
  std::vector<BoundListener> listeners_;
  std::shared_ptr<const net::Prepared> current_;
};

}  // namespace postern::adopt
