// Desk: where a worker asks HTTP auth services. A question gets one connection of its authority's
// pool, one absolute deadline and one answer; a service that fails is left alone for a moment
// (Breaker), one that hangs holds up nobody but those who ask it. A question is repeated at most
// once: when a connection that had served others ended before the first octet of an answer.
// Nothing of it outlives the desk. Questions hold passwords: they are wiped when no repeat can need
// them any more, and never logged.
// Thread: its worker's. The worker hands in events of Role::Provider and the timer kTimerToken.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "proxy/net/dialer.h"
#include "proxy/net/loop.h"
#include "proxy/net/timers.h"
#include "proxy/net/tls_client.h"
#include "proxy/policy/asker.h"

namespace postern::auth {

// What a desk is given; all outlive it.
struct DeskNeeds {
  net::Loop& loop;
  net::Timers& timers;
  net::Dialer& dialer;
  net::TlsSessions& tls_sessions;
  const Clock& clock;
  Log& log;
  Metrics& metrics;
};

class Desk final : public policy::Asker {
 public:
  // The token of its one timer: bit 62, so that it is no session's and no listener's.
  static constexpr std::uint64_t kTimerToken = std::uint64_t{1} << 62U;
  // mechanisms.md 6: a provider and worker may have so many questions on their way, and so many
  // that wait for a connection.
  static constexpr std::size_t kAsked = 128;
  static constexpr std::size_t kWaiting = 256;

  using Done = std::function<void(policy::Answer)>;

  explicit Desk(DeskNeeds needs);
  ~Desk() override;

  // The question's provider must be of kind HttpProvider, and `resource` name it.
  [[nodiscard]] policy::RequestId ask(policy::Question question, std::shared_ptr<const void> keeps,
                                      Done done) override;
  void cancel(policy::RequestId request) override;

  void on_event(const net::Event& event);
  void on_timer();

  // For tests: what is there now.
  [[nodiscard]] std::size_t questions() const;
  [[nodiscard]] std::size_t connections() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace postern::auth
