// Places: how many connections are open now, by MailServer, by source, by port, before login, and
// by user; and how many a source has made in a minute.
// A Place is a moved value and gives itself back, so the counts cannot drift. The tables are shared
// by all workers; a lock covers one of 64 stripes and is held for less than a microsecond. An entry
// goes when its count is 0, so memory is bounded by open connections.
// Never decides what the limits are: they come in with each claim.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "common/base/address.h"
#include "common/base/clock.h"
#include "common/base/digest.h"
#include "common/base/result.h"
#include "common/config/server.h"
#include "proxy/quota/arrival_rates.h"

namespace postern::quota {

enum class Scope : std::uint8_t {
  Process,      // all connections of this proxy
  Server,       // limits.maxConnections
  BeforeLogin,  // limits.maxConnectionsBeforeLogin
  Source,       // limits.maxConnectionsPerSource: IPv4 /32, IPv6 /64
  SourceNet,    // the same, 16 times as many: IPv6 /48
  Port,         // listeners[].maxConnections
  User,         // limits.maxConnectionsPerUser: sessions of one mailbox
  SourceRate,   // limits.newConnectionsPerMinutePerSource: IPv4 /32, IPv6 /64
  NetRate,      // the same, 16 times as many: IPv6 /48
};
[[nodiscard]] std::string_view name_of(Scope scope);

// Which limit was full.
struct Refusal {
  Scope scope;
  std::uint32_t limit;
  bool silent = false;  // he has been told so often enough
};

class PlaceTables;

class Place {
 public:
  Place() = default;
  ~Place() { release(); }
  Place(Place&& other) noexcept : entry_(std::exchange(other.entry_, nullptr)) {}
  Place& operator=(Place&& other) noexcept;

  [[nodiscard]] bool held() const { return entry_ != nullptr; }
  void release();

 private:
  friend class PlaceTables;
  explicit Place(const void* entry) : entry_(entry) {}

  const void* entry_ = nullptr;  // a node of a stripe; stays where it is while it is counted
};

// Who came, and where.
struct Visitor {
  std::string_view server;  // SERVER resource of the tenant
  std::uint16_t port = 0;
  IpAddress client;
  std::string_view mailbox = {};  // canonical; empty before login
  Instant now = {};               // when he came; for rates
};

struct VisitorLimits {  // 0: no limit
  config::ServerLimits server;
  std::uint32_t port = 0;     // Tenant::max_connections
  std::uint32_t process = 0;  // ClassTerms::max_connections; the table's own holds too
};

// What one connection holds. `before_login` is given back at the relay, the rest at the end;
// `user` is taken after the login.
struct Places {
  Place process, server, before_login, source, source_net, port, user;
};

class PlaceTables {
 public:
  explicit PlaceTables(std::uint32_t process_limit = 0);
  PlaceTables(const PlaceTables&) = delete;
  PlaceTables& operator=(const PlaceTables&) = delete;

  // All places of a new connection, or none of them.
  [[nodiscard]] Result<Places, Refusal> arrive(const Visitor& visitor, const VisitorLimits& limits);
  // TLS named another tenant than the one that the connection was counted for: its places are
  // those of that one from now on. On refusal `places` stays as it was.
  [[nodiscard]] Result<void, Refusal> change_tenant(Places& places, const Visitor& visitor,
                                                    const VisitorLimits& limits);
  // He was counted among the new connections of a tenant that he does not belong to.
  void forget_arrival(const Visitor& visitor, const config::ServerLimits& limits);
  // The visitor has logged in to his mailbox. Without a limit nobody is counted: a place for each
  // relayed session is memory.
  [[nodiscard]] Result<void, Refusal> admit_user(Places& places, const Visitor& visitor,
                                                 const config::ServerLimits& limits);

  // How many are held now; for tests and metrics.
  [[nodiscard]] std::uint32_t count(Scope scope, const Visitor& visitor) const;
  // Entries in all stripes: 0 when everybody has gone.
  [[nodiscard]] std::size_t entries() const;

 private:
  friend class Place;

  struct Key {
    std::uint64_t hash = 0;
    Scope scope = Scope::Process;
    std::uint64_t server = 0;  // the name's hash by a key that nobody knows; 0: the process
    std::array<std::uint8_t, 16> value{};
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return key.hash; }
  };
  struct Count {
    PlaceTables* home;
    std::uint32_t held = 0;
  };
  using Counts = std::unordered_map<Key, Count, KeyHash>;
  struct Stripe {
    mutable std::mutex lock;
    Counts counts;
  };
  static constexpr std::size_t kStripes = 64;

  [[nodiscard]] Key key_of(Scope scope, const Visitor& visitor) const;
  [[nodiscard]] Stripe& stripe_of(const Key& key) { return stripes_[key.hash % kStripes]; }
  [[nodiscard]] Result<Place, Refusal> take(Scope scope, const Visitor& visitor,
                                            std::uint32_t limit);
  [[nodiscard]] Result<void, Refusal> take_tenant(Places& places, const Visitor& visitor,
                                                  const VisitorLimits& limits, bool before_login);
  [[nodiscard]] Result<void, Refusal> count_arrival(const Visitor& visitor,
                                                    std::uint32_t per_minute);
  [[nodiscard]] std::uint64_t rate_key(Scope scope, const Visitor& visitor) const;
  static void give_back(const void* entry);

  std::uint32_t process_limit_;
  SipKey hash_key_;  // random: nobody outside can choose addresses that fall into one bucket
  std::array<Stripe, kStripes> stripes_;
  ArrivalRates rates_;
};

}  // namespace postern::quota
