// Who has which version, who refused what, and what each proxy has to be sent next. Pure: no gRPC,
// no clock, no lock; push_server asks it under its own lock.
// One update is in flight for each proxy; changes meanwhile merge into the next one. A refused
// version is not sent to that proxy again until it changes. All of a proxy is forgotten when its
// stream ends: it says itself what it holds when it comes back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/publish/publisher.h"
#include "controller/publish/version.h"

namespace postern::publish {

using ConnectionId = std::uint64_t;
using Versions = std::map<config::ResourceKey, std::string>;

struct Push {
  std::string nonce;
  std::string version;
  std::vector<SharedResource> upserts;        // SECRET, BACKEND, ENDPOINTS, SERVER, LISTENER
  std::vector<config::ResourceKey> removals;  // the other way round
  bool full_state = false;
  std::optional<WallTime> caused_at;
};

// A final result of an update, or a later correction of one.
struct PushResult {
  std::string nonce;
  bool rejected = false;  // nothing of the update is in force
  std::vector<Refusal> errors;
};

class Subscribers {
 public:
  // What everybody should have from now on.
  void want(Wanted wanted, std::optional<WallTime> caused_at);
  [[nodiscard]] const Wanted& wanted() const { return wanted_; }
  [[nodiscard]] const std::string& version() const { return version_; }

  void join(ConnectionId id, std::string proxy, Versions held);
  // What to report of it, if it had joined.
  std::optional<ApplyReport> leave(ConnectionId id);

  // What to send now, which is in flight from then on. Nothing while an update is in flight, or
  // before the first want(): "nothing read yet" is not "nothing wanted".
  [[nodiscard]] std::optional<Push> next(ConnectionId id);
  [[nodiscard]] bool in_flight(ConnectionId id) const;

  // Nothing when the nonce is of no update that could still be answered.
  [[nodiscard]] std::optional<ApplyReport> settle(ConnectionId id, const PushResult& result);

 private:
  struct Refused {
    Refusal refusal;
    std::string nonce;
  };
  struct InFlight {
    std::string nonce;
    std::map<config::ResourceKey, SharedResource> content;  // null: a removal
  };
  struct Proxy {
    std::string name;
    Versions held;
    std::map<config::ResourceKey, Refused> refused;
    std::optional<InFlight> in_flight;
    std::optional<std::string> told_version;  // of the whole, as last sent
    std::uint64_t pushes = 0;
    bool rejected = false;
  };

  [[nodiscard]] bool refused_already(const Proxy& proxy, const config::ResourceKey& key,
                                     const std::string& version) const;
  void drop_outdated_refusals(Proxy& proxy) const;
  void find_differences(const Proxy& proxy, Push& push) const;
  void settle_push(Proxy& proxy, const PushResult& result);
  void accept(Proxy& proxy, const config::ResourceKey& key, const std::string& version);
  void refuse(Proxy& proxy, const Refusal& error, const std::string& nonce);
  void refuse_all(Proxy& proxy);
  [[nodiscard]] bool correct(Proxy& proxy, const PushResult& result);
  [[nodiscard]] ApplyReport report(ConnectionId id, const Proxy& proxy) const;

  Wanted wanted_;
  std::string version_;
  std::optional<WallTime> caused_at_;
  bool read_ = false;
  std::map<ConnectionId, Proxy> proxies_;
};

}  // namespace postern::publish
