// Prober: asks the members of backends with `healthCheck` at their intervals whether they are
// there, once for all workers of a proxy, and says what came of it in their MemberState. At most
// kInFlight are asked at a time: those that are due then wait, so a backend that hangs costs a
// bounded number of descriptors. Looks at what is in force at most once a second. Thread: its own,
// a loop without anything that blocks; notice() and stop() from any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "proxy/net/dialer.h"
#include "proxy/net/loop.h"
#include "proxy/net/prepared.h"
#include "proxy/upstream/check_list.h"

namespace postern::upstream {

// With the endpoints of now; `prepared` may be null.
struct InForce {
  std::shared_ptr<const net::Prepared> prepared;
  config::Snapshot snapshot;
};

// All outlive the prober; `in_force` is called on its thread.
struct ProberNeeds {
  Log& log;
  const Clock& clock;
  Metrics& metrics;
  net::Dialer& dialer;
  MemberTable& members;
  std::function<InForce()> in_force;
};

class Prober {
 public:
  static constexpr std::size_t kInFlight = 64;

  explicit Prober(ProberNeeds needs);

  void run();
  void stop();    // run() returns; checks under way are given up
  void notice();  // what is in force may be other than before
  // One turn; waits for events at most `most`. Tests drive a prober by it.
  void turn(Duration most);

  [[nodiscard]] std::size_t in_flight() const;
  [[nodiscard]] std::size_t members() const { return list_.size(); }

 private:
  struct Flight {
    std::unique_ptr<Probe> probe;  // null: free
    std::string backend, id;
    ServerAddress address;
    Instant deadline{};
    std::uint32_t generation = 0;
    std::shared_ptr<const net::Prepared> keeps;  // its TLS factory
  };

  [[nodiscard]] Duration patience(Duration most) const;
  void follow();
  void begin_due();
  void begin(CheckedMember& member, std::uint32_t slot);
  void advance(std::uint32_t slot);
  void end_overdue();
  void came_to(std::uint32_t slot, bool well, const std::string& reason);
  void tell(const CheckedMember& member, Turned turned, const std::string& reason);
  void show_out();
  [[nodiscard]] std::optional<std::uint32_t> free_slot() const;

  ProberNeeds needs_;
  net::Loop loop_;
  net::TlsSessions tls_sessions_;
  CheckList list_;
  std::vector<Flight> flights_;
  std::shared_ptr<const net::Prepared> prepared_;
  std::map<std::string, Gauge*> shown_;  // members out, by backend
  std::atomic<bool> stopping_{false};
  std::atomic<bool> noticed_{false};
  Instant now_;
  Instant followed_{};
};

}  // namespace postern::upstream
