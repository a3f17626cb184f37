// ScrapeLooks: what /metrics shows of the proxy without anybody having counted it: the
// configuration in force, its certificates and members. Looked at when somebody scrapes, on the
// admin thread, in an immutable snapshot: no worker notices.
// Made and destroyed by main's thread; in_force() on the control thread. The registry may outlive
// it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "common/base/clock.h"
#include "common/base/metrics.h"
#include "common/config/snapshot.h"
#include "proxy/quota/history.h"

namespace postern::proxy_app {

// All outlive the looks. `snapshot` is called on the admin thread.
struct LookedAt {
  const Clock& clock;
  const quota::History& history;
  std::function<config::Snapshot()> snapshot;
};

class ScrapeLooks {
 public:
  ScrapeLooks(Metrics& metrics, LookedAt at);
  ~ScrapeLooks();
  ScrapeLooks(const ScrapeLooks&) = delete;
  ScrapeLooks& operator=(const ScrapeLooks&) = delete;

  // Something may be in force that was not.
  void in_force();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// The certificates of a snapshot that expire first, at most `most`.
[[nodiscard]] std::vector<Seen> soonest_expiries(const config::Snapshot& snapshot,
                                                 std::size_t most);

}  // namespace postern::proxy_app
