// Deliveries: gives each worker its part of a handover and counts the answers. A worker that is
// silent for two seconds is told to the log, once a handover; nothing waits for it meanwhile.
// Thread: control, but for the answers, which come from workers and are posted.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "proxy/adopt/handover.h"

namespace postern::adopt {

using Post = std::function<void(Duration, std::function<void()>)>;

class Deliveries {
 public:
  Deliveries(std::vector<HandToWorker> workers, Post post, Log& log, const Clock& clock);
  ~Deliveries();

  // Set before the first send(): a worker has shut one of what `closed` said. Control thread.
  void on_shut(std::function<void(std::uint16_t port)> shut);
  // One handover a worker. `adopted`: all of them have it, and gave back what they had.
  void send(std::vector<Handover> handovers, std::function<void()> adopted);
  // Tells of workers that are silent for too long. Called now and then.
  void look_for_silence();
  [[nodiscard]] bool idle() const;
  [[nodiscard]] std::size_t workers() const { return workers_.size(); }

  static constexpr Duration kSilence{2000};

 private:
  struct State;
  std::vector<HandToWorker> workers_;
  Post post_;
  std::shared_ptr<State> state_;
};

}  // namespace postern::adopt
