// Lane: a worker with its gate and its thread, and how the control thread reaches it.
// Thread: made, started and joined by main's thread; adopt() on the worker's own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "proxy/adopt/handover.h"
#include "proxy/app/departures.h"
#include "proxy/entry/acceptor.h"
#include "proxy/session/worker.h"

namespace postern::proxy_app {

struct Lane {
  Lane(std::uint8_t index, session::WorkerNeeds needs) : worker(index, needs), gate(worker) {}

  // All of it between two turns: what closes begins to close, then the rest is in force at once.
  void adopt(adopt::Handover handover, const adopt::WorkerAnswer& answer);

  // Closes the gate and sends everybody on his way; `departures` hears when nobody is left.
  void leave(const session::Leave& how, const std::shared_ptr<Departures>& departures);

  session::Worker worker;
  entry::Acceptor gate;
  std::thread thread;
};

// Runs `work` on the lane's worker, from any other thread; waits while its inbox is full.
void on_worker(Lane& lane, const std::function<void()>& work);

// The lane as the adoption knows it; outlives neither.
[[nodiscard]] adopt::HandToWorker hand_to(Lane& lane);

}  // namespace postern::proxy_app
