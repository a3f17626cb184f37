// WorkUnderWay: what a queue has handed out and not had back: how long each piece took, and how
// long those that are not done have taken so far. Counted as controller-runtime counts a workqueue,
// so that existing dashboards work.
// Called by whoever works the queue off, on one thread; a scrape looks from another.
#pragma once

#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/metrics.h"

namespace postern::kube {

class WorkUnderWay {
 public:
  // `queue`: a word for its label. The registry may outlive this object, and then sees nothing.
  WorkUnderWay(Metrics& metrics, const Clock& clock, const std::string& queue);
  ~WorkUnderWay();
  WorkUnderWay(const WorkUnderWay&) = delete;
  WorkUnderWay& operator=(const WorkUnderWay&) = delete;

  void begin(Instant now);
  // Of a piece that began then.
  void end(Instant began);
  // Nobody waits for what is under way any more.
  void clear();

 private:
  struct State;

  const Clock& clock_;
  std::shared_ptr<State> state_;
  Histogram& took_;
};

}  // namespace postern::kube
