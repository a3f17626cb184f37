// LastGoodWriter: a thread that keeps the last-known-good file, so that nobody who answers the
// controller or a client waits for a disk, or for the processor. Changes that come while it writes
// become one. Threads: begin() and note() on the control thread; stop() from the wiring.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "proxy/control/last_good_ledger.h"
#include "proxy/control/stream_metrics.h"

namespace postern::control {

class LastGoodWriter {
 public:
  // `log` and `metrics` outlive this.
  LastGoodWriter(std::unique_ptr<adopt::LastKnownGood> file, Log& log, StreamMetrics& metrics,
                 KeepingPace pace);
  ~LastGoodWriter() { stop(); }
  LastGoodWriter(const LastGoodWriter&) = delete;
  LastGoodWriter& operator=(const LastGoodWriter&) = delete;

  // What came into force from the file itself.
  void begin(ConfigChange restored, adopt::Restored::From from, bool is_proven);
  // Never waits; without effect after stop().
  void note(ConfigChange change);
  // The end of a process that ends well: what is in force is written, and proven.
  void stop();

 private:
  void run();
  void take();
  void tell(bool written);

  const std::unique_ptr<adopt::LastKnownGood> file_;
  StreamMetrics& metrics_;
  LastGoodLedger ledger_;  // of the thread; of stop() when that is over
  std::uint64_t told_failures_ = 0;

  struct Beginning {
    ConfigChange restored;
    adopt::Restored::From from;
    bool is_proven;
  };
  std::mutex mutex_;
  std::condition_variable wake_;
  std::optional<Beginning> beginning_;
  std::optional<ConfigChange> pending_;
  bool stopping_ = false;
  std::thread thread_;  // last: it starts when all the rest is there
};

}  // namespace postern::control
