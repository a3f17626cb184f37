// Worker: one thread, one loop, and the sessions that live and die on it. A turn is: events set
// ready flags and queue sessions, the inbox and due timers do the same, each queued session is
// advanced once, the dead are buried. Sessions are never run while events are decoded, so the order
// inside a batch cannot matter.
// Thread: its own, but for post() and stop(). Tests call turn() themselves.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "proxy/auth/desk.h"
#include "proxy/net/dialer.h"
#include "proxy/net/loop.h"
#include "proxy/net/pipe_pool.h"
#include "proxy/net/prepared.h"
#include "proxy/net/scratch.h"
#include "proxy/net/timers.h"
#include "proxy/quota/history.h"
#include "proxy/quota/memory_bound.h"
#include "proxy/quota/place.h"
#include "proxy/session/counters.h"
#include "proxy/session/departure.h"
#include "proxy/session/endpoints_table.h"
#include "proxy/session/session.h"
#include "proxy/session/snapshots.h"
#include "proxy/session/terms.h"
#include "proxy/upstream/health.h"
#include "proxy/upstream/members.h"
#include "proxy/verdicts/remembering.h"

namespace postern::session {

// What a worker is given; all outlive it.
struct WorkerNeeds {
  Log& log;
  const Clock& clock;
  Counters& counters;
  quota::PlaceTables& places;
  quota::History& history;
  verdicts::VerdictTable& verdicts;
  net::Dialer& dialer;
  upstream::MemberTable& members;
  std::string_view zone = {};                  // that the proxy runs in; empty: not known
  const quota::MemoryBound* memory = nullptr;  // null: not bounded
  std::string_view proxy = {};                 // how this one is called
};

class Worker {
 public:
  Worker(std::uint8_t index, WorkerNeeds needs);
  ~Worker();

  void run();
  void stop();  // from any thread: run() returns, sessions are closed
  // One turn; waits for events at most `most`. Tests drive a worker by it.
  void turn(Duration most);
  // From any thread; false when the inbox is full.
  [[nodiscard]] bool post(std::function<void()> work) { return loop_.post(std::move(work)); }

  void open(Arrival arrival);
  // A guest who is not let in, and was told so: closed when he has heard it, without a reset.
  void dismiss(net::Stream guest);
  // Listener events go to the gate; a pause's end too.
  void on_listener(std::function<void(std::uint32_t slot)> gate) { gate_ = std::move(gate); }
  void call_listener(net::TimerHook& hook, std::uint32_t slot, Duration after);
  // Everybody has to go, as `leave` says; those who come into the relay after it too.
  void drain(const Leave& leave = {});
  // `tell` is called once, when no session is here (any more).
  void when_empty(std::function<void()> tell);

  // For sessions.
  void enqueue(Session& session);
  void arm(Session& session, Instant deadline);
  [[nodiscard]] bool take_handshake();  // false: this turn's full handshakes are used up
  [[nodiscard]] std::string next_session_id();
  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] bool draining() const { return drain_.has_value(); }
  [[nodiscard]] bool forced() const;  // nobody is waited for any more
  // When, and by when, a session goes that has to for this cause.
  [[nodiscard]] Leave leave_for(Cause cause) const;
  [[nodiscard]] net::Loop& loop() { return loop_; }
  [[nodiscard]] net::Scratch& scratch() { return scratch_; }
  [[nodiscard]] net::PipePool& pipes() { return pipes_; }
  [[nodiscard]] net::TlsSessions& tls_sessions() { return tls_sessions_; }
  [[nodiscard]] upstream::Health& health() { return health_; }
  [[nodiscard]] WorkerNeeds& needs() { return needs_; }
  // What its sessions may hold: counted by them, looked at by the gate.
  [[nodiscard]] quota::MemoryBound::Guests& guests() { return guests_; }
  [[nodiscard]] bool has_memory() const {
    return needs_.memory == nullptr || !needs_.memory->is_full(guests_);
  }
  // Its last turn was so long that guests had better wait in the kernel's queue.
  [[nodiscard]] bool lags() const { return lags_; }
  // Who asks auth services for the sessions of this worker: its desk, behind what it remembers; or
  // a test's own.
  [[nodiscard]] policy::Asker& asker() { return *asker_; }
  void ask_through(policy::Asker& asker) { asker_ = &asker; }

  // The newest snapshot that this worker adopted; visits hold their own until they relay. The one
  // before comes back, so that the control thread frees it.
  [[nodiscard]] std::shared_ptr<const net::Prepared> adopt(
      std::shared_ptr<const net::Prepared> prepared);
  [[nodiscard]] const std::shared_ptr<const net::Prepared>& prepared() const {
    return snapshots_.newest();
  }
  [[nodiscard]] Snapshots& snapshots() { return snapshots_; }
  // Of the whole proxy, as the class says; 0: it says nothing.
  [[nodiscard]] std::uint32_t most_connections() const { return most_connections_; }
  [[nodiscard]] TermsTable& terms() { return terms_; }

  // Who serves `backend`, for visits under the snapshot `from` and later ones (absent: for all);
  // null: it is gone.
  void adopt_endpoints(const std::string& backend, std::shared_ptr<const config::EndpointSet> now,
                       const config::Snapshot* from = nullptr);
  // Null: nobody ever did.
  [[nodiscard]] const config::EndpointSet* endpoints(std::string_view backend,
                                                     const config::Snapshot& snapshot) const;
  [[nodiscard]] bool serves(std::string_view backend, std::string_view endpoint) const;
  // What became of dialling an endpoint. Of one that is no longer configured nothing is kept.
  void endpoint_answered(std::string_view backend, std::string_view endpoint);
  void endpoint_failed(std::string_view backend, std::string_view endpoint);
  // What is known of a backend's members now; valid until the next turn.
  [[nodiscard]] upstream::View members_of(std::string_view backend,
                                          const config::HealthCheck& check);
  [[nodiscard]] std::uint64_t next_turn(std::string_view backend) {
    return members_.next_turn(backend);
  }
  // A session's place at a member; nothing: it has `most` (0: not limited). Of an address that is
  // no member nothing is counted.
  [[nodiscard]] std::optional<upstream::MemberPlace> take_member(std::string_view backend,
                                                                 std::string_view endpoint,
                                                                 std::uint32_t most);

  // For tests and metrics.
  [[nodiscard]] std::size_t sessions() const { return open_; }
  [[nodiscard]] std::size_t armed_timers() const { return timers_.armed(); }
  void each(const std::function<void(Session&)>& visit);

 private:
  // A slot for a new session.
  [[nodiscard]] SessionId take_slot();
  void leave_slot(SessionId id);
  // False: no event of him will come.
  [[nodiscard]] bool watch_client(const net::Stream& client, SessionId id);
  void take(const net::Event& event);
  [[nodiscard]] Session* find(const net::Token& token);
  void advance_queued();
  [[nodiscard]] bool lacks_some(std::string_view backend, const config::EndpointSet* next) const;
  void begin_round();
  void go_round();
  void tell_if_empty();
  void bury();
  [[nodiscard]] Duration patience(const std::optional<Instant>& next, Duration most) const;

  std::uint8_t index_;
  WorkerNeeds needs_;
  Snapshots snapshots_;
  TermsTable terms_;
  EndpointsTable endpoints_;
  net::Loop loop_;
  net::Timers timers_;
  net::Scratch scratch_;
  net::PipePool pipes_;
  net::TlsSessions tls_sessions_;
  upstream::Health health_;
  upstream::Members members_;
  std::function<void(std::uint32_t)> gate_;
  auth::Desk desk_;
  verdicts::Remembering remembering_;
  policy::Asker* asker_ = &remembering_;

  std::deque<Session> slots_;  // addresses are stable
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> queue_;
  std::vector<std::uint32_t> running_;
  std::vector<std::uint32_t> dead_;
  std::size_t open_ = 0;
  std::size_t round_left_ = 0;  // slots that are to be looked at yet
  std::size_t round_at_ = 0;    // the one that was looked at last
  std::uint32_t most_connections_ = 0;
  std::optional<Leave> drain_;
  quota::MemoryBound::Guests guests_;
  bool lags_ = false;
  net::TimerHook forced_;
  std::function<void()> empty_;
  Instant now_;
  int handshakes_left_ = 0;
  std::uint64_t session_counter_ = 0;
  std::atomic<bool> stopping_{false};
};

}  // namespace postern::session
