// Counters: what the sessions of one worker count. Its series are the worker's own, so that
// counting is a plain addition, and a look-up before it at most; a scrape adds up all workers.
// Labels come from configuration or enums, never from clients, and only so many MailServers and
// backends have series of their own.
// Thread: the worker's, but for accepted_total() and the values of gauges.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/label_values.h"
#include "common/base/metrics.h"
#include "common/base/tallies.h"
#include "proxy/dialogue/failure.h"
#include "proxy/quota/place.h"
#include "proxy/session/tally_cells.h"

namespace postern::session {

// Where a session is, as `phase` says it.
enum class Phase : std::uint8_t {
  ProxyHeader,
  Tls,
  Dialogue,
  Delayed,  // others failed before him
  Auth,
  Connect,
  BackendLogin,
  Relaying,
};
[[nodiscard]] std::string_view name_of(Phase phase);
inline constexpr std::size_t kPhases = 8;

// Names with series of their own, alike at all workers of a proxy.
struct CountedNames {
  LabelValues servers{100};
  LabelValues backends{500};
};

// What a worker's turn was like.
struct TurnCounts {
  std::chrono::nanoseconds took{0};
  std::optional<std::chrono::nanoseconds> late;  // behind the timer that was due first
  std::size_t run_queue = 0;                     // sessions that have more to do at once
  std::size_t inbox = 0;                         // what other threads had posted
  std::size_t sessions = 0;
};

class Counters {
 public:
  // `names` may be null: then they are its own. Outlived by both.
  explicit Counters(Metrics& metrics, std::uint8_t worker = 0, CountedNames* names = nullptr);
  Counters(const Counters&) = delete;
  Counters& operator=(const Counters&) = delete;

  void accepted(std::uint16_t port);
  // From any thread.
  [[nodiscard]] std::uint64_t accepted_total(std::uint16_t port) const;
  // The reason is a literal.
  void refused_connection(std::string_view reason);
  void refused_connection(quota::Scope full);
  void limit_refused(quota::Scope full);
  void login(std::string_view server, Protocol protocol, dialogue::Failure result);
  // By its registered name, or empty.
  void mechanism(std::string_view name, dialogue::Failure result);
  void backend_connected(Protocol protocol, std::chrono::nanoseconds took);
  void backend_logged_in(Protocol protocol, std::chrono::nanoseconds took);
  void backend_failure(std::string_view server, std::string_view backend, dialogue::Failure reason);
  // A login met a member, or nothing but members, with all the sessions that they may have.
  void member_full(std::string_view server, std::string_view backend);
  // A backend sent a login elsewhere, and it went there or not.
  void redirect(std::string_view server, std::string_view backend, bool followed);
  // Of a login that waits, or is refused, for those before: delay, block_source, block_user.
  void login_penalty(std::string_view kind);
  // `version` as OpenSSL names it; anything else is none.
  void handshake(std::string_view version, bool resumed, bool succeeded,
                 std::chrono::nanoseconds took);
  void relayed(Protocol protocol, std::uint64_t in, std::uint64_t out);
  // A session comes, goes on, or goes.
  void moved(Protocol protocol, std::optional<Phase> from, std::optional<Phase> to);
  void turn_ended(const TurnCounts& turn);

  // For what counts by itself.
  [[nodiscard]] Metrics& metrics() { return metrics_; }

 private:
  struct Server {
    std::string name;
    Cells<OwnCounter> logins = {};
  };
  struct Backend {
    std::string key;  // "server\nbackend", or other
    Cells<OwnCounter> failures = {};
    Cells<OwnCounter> redirects = {};
    Cells<OwnCounter> full = {};
  };
  // Written by the worker, read by any.
  struct Port {
    std::uint16_t port = 0;
    OwnCounter* accepted = nullptr;
  };
  static constexpr std::size_t kMostPorts = 128;
  using ByReason = std::vector<std::pair<std::string_view, OwnCounter*>>;

  [[nodiscard]] Backend& backend(std::string_view server, std::string_view name);
  [[nodiscard]] OwnGauge& active(Protocol protocol, Phase phase);

  Metrics& metrics_;
  Tallies& tallies_;
  std::unique_ptr<CountedNames> own_names_;
  ByName<Server> servers_;
  ByName<Backend> backends_;
  std::string key_;  // of the backend that is looked for
  std::array<Port, kMostPorts> ports_;
  std::atomic<std::size_t> ports_known_{0};
  ByReason refused_;
  ByReason penalties_;
  Cells<OwnCounter> limits_, mechanisms_, handshakes_, relayed_;
  Cells<OwnHistogram> handshake_seconds_, connect_seconds_, login_seconds_;
  Cells<OwnGauge> active_;
  OwnHistogram& turn_seconds_;
  OwnHistogram& lag_seconds_;
  OwnGauge& run_queue_;
  OwnGauge& inbox_;
  OwnGauge& places_;
  OwnGauge& penalty_waiting_;

 public:
  OwnGauge before_login;  // sessions that have not logged in; of all workers, their sum
  OwnGauge relaying;
  OwnCounter& sent_away;
  OwnGauge& visits;  // heap blocks of sessions before their relay: all zero while idle
};

}  // namespace postern::session
