// Distribution: the thread-safe middle of the stream, without gRPC: who is connected, what is
// wanted, who has to be sent what, and what has to be told of it. Waits for nobody.
// The rules that need a clock are here: Hello and results in time; nothing older than what a proxy
// has already seen; a proxy is sent elsewhere now and then, so that replicas share the load.
// Threads: everything from anywhere; what concerns one connection one after the other, leave()
// last. Pushes go out and reports are told without the lock; reports one at a time, in order.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "controller/publish/proxy_link.h"
#include "controller/publish/proxy_record.h"
#include "controller/publish/publisher.h"
#include "controller/publish/push_metrics.h"

namespace postern::publish {

struct DistributionSettings {
  Duration hello_timeout{5'000};
  // A stuck proxy must not look healthy.
  Duration result_timeout{30'000};
  // How long a proxy that has seen a newer view waits for ours before it is sent elsewhere.
  Duration revision_wait{10'000};
  // A connection lasts a random time between these; 0: for ever.
  Duration redirect_every_min{std::chrono::minutes(30)};
  Duration redirect_every_max{std::chrono::minutes(60)};
  // Between being told to connect anew and the end of the old connection.
  Duration redirect_notice{10'000};
};

// All of it outlives the distribution.
struct DistributionNeeds {
  const Clock& clock;
  Log& log;
  PushMetrics& metrics;
};

class Distribution {
 public:
  Distribution(DistributionSettings settings, DistributionNeeds needs, ReportSink reports);

  Published publish(Publication publication);
  void reach(Revision revision);

  // A stream began, and a Hello is awaited. The link is held until leave().
  [[nodiscard]] ConnectionId arrive(std::shared_ptr<ProxyLink> link);
  [[nodiscard]] bool greeted(ConnectionId id) const;
  void greet(ConnectionId id, Greeting greeting);
  void settle(ConnectionId id, const PushResult& result);
  void note(ConnectionId id, const ProxyLoad& load);
  void note(ConnectionId id, const ProxyDrain& drain);
  void leave(ConnectionId id);

  // Does what is due by now: to be called a few times a second.
  void check();
  void redirect_all(Duration after, std::string_view reason);
  // Ends every connection, and returns when all have left and every report was told. Whoever
  // arrives later is to be ended by the caller.
  void close();
  [[nodiscard]] bool closing() const;

  // Of all that have said Hello.
  [[nodiscard]] std::vector<ApplyReport> reports() const;
  [[nodiscard]] std::vector<SharedResource> wanted() const;
  [[nodiscard]] std::string version() const;

 private:
  struct Connection {
    std::shared_ptr<ProxyLink> link;
    std::unique_ptr<ProxyRecord> record;  // null: no Hello yet
    Instant answer_until{};               // of Hello, or of the update in flight
    std::optional<Instant> view_until;    // it waits for our view to reach its own
    std::optional<Instant> redirect_at;
    std::uint64_t owes_from = 0;       // publications before it are not its business
    std::optional<Instant> caused_at;  // of the oldest change that it was not sent yet
    std::optional<ProxyLoad> load = {};
    std::optional<ProxyDrain> drain = {};
  };
  struct Parcel {
    std::shared_ptr<ProxyLink> link;
    Push push;
  };
  struct Pending {
    std::uint64_t sequence = 0;
    Instant caused_at{};
    std::string_view kind;
  };
  struct Due;

  // These are called under the lock.
  [[nodiscard]] std::vector<config::ResourceKey> edit(Publication& publication, Stamped stamped);
  void tell_all(const std::vector<config::ResourceKey>& changed, std::optional<Instant> caused_at,
                std::vector<Parcel>& parcels);
  void advance(Connection& connection, std::vector<Parcel>& parcels);
  [[nodiscard]] bool view_reached(const Connection& connection) const;
  void queue_report(const Connection& connection);
  void queue_too_large();
  void note_convergence();
  void count_proxies();
  [[nodiscard]] ApplyReport report_of(const Connection& connection) const;
  [[nodiscard]] std::optional<Instant> next_redirect();
  void check_one(Connection& connection, Instant now, Due& due);
  [[nodiscard]] std::vector<std::shared_ptr<ProxyLink>> links() const;

  // Without it.
  static void send(std::vector<Parcel> parcels);
  void tell_reports(std::unique_lock<std::mutex>& lock);  // gives the lock up for each report

  const DistributionSettings settings_;
  const DistributionNeeds needs_;
  const ReportSink sink_;

  std::mutex publishing_;  // one publish() at a time; taken before mutex_
  mutable std::mutex mutex_;
  std::condition_variable quiet_;
  Wanted wanted_;
  std::map<config::ResourceKey, SharedResource> too_large_;  // their predecessors are in wanted_
  Revision revision_;                                        // that `wanted_` was made of
  Revision reached_;
  std::string version_;
  std::uint64_t sequence_ = 0;  // 0: nothing was read yet
  std::map<ConnectionId, Connection> connections_;
  ConnectionId last_id_ = 0;
  std::deque<Pending> pending_;  // publications that not every proxy has answered
  std::deque<ApplyReport> untold_;
  std::mt19937_64 random_;
  bool telling_ = false;
  bool closing_ = false;
};

}  // namespace postern::publish
