// What goes to a proxy and what comes back, as values without gRPC: an update, the answer to it,
// and what a proxy says when it connects.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/publish/publisher.h"
#include "controller/publish/wanted.h"

namespace postern::publish {

using ConnectionId = std::uint64_t;
using Versions = std::map<config::ResourceKey, std::string>;

struct Upsert {
  SharedResource resource;
  SharedResource base;  // what the proxy holds and may be sent a delta against; or null
};

struct Push {
  std::string nonce;
  std::string version;
  std::vector<Upsert> upserts;  // SECRET, BACKEND, ENDPOINTS, PROVIDER, SERVER, LISTENER
  std::vector<config::ResourceKey> removals;  // the other way round
  bool full_state = false;
  Revision revision;
  std::optional<WallTime> caused_at;
};

// A final result of an update, or a later correction of one.
struct PushResult {
  std::string nonce;
  bool rejected = false;  // nothing of the update is in force
  std::vector<Refusal> errors;
};

struct Greeting {
  std::string proxy;
  Versions held;
  bool holds_unknown = false;  // resources of a type that this build cannot name
  std::set<std::string, std::less<>> features;
  Revision applied;  // the newest view that it was given, by whichever replica
};

}  // namespace postern::publish
