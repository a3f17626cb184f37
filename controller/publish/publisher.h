// What the controller loop sees of the stream: it says what is other than before in what proxies
// should have, and is told what each proxy made of it. Nothing of gRPC is visible here. publish()
// never waits for a proxy; reports come on the stream's threads, or out of publish(), and must not
// block them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/config/fresh_resource.h"
#include "common/config/resource.h"

namespace postern::publish {

// A resource that a proxy refused, and the objects whose status has to say so.
struct Refusal {
  enum class Code : std::uint8_t {
    Invalid,
    Unsupported,
    MissingDependency,
    BadCertificate,
    BindFailed,
    LimitExceeded,
    Internal,
    ProxyTooOld,  // never sent: the proxy has not announced a feature that the resource requires
  };
  config::ResourceKey key;
  std::string version;          // the refused one; empty: its removal
  std::string running_version;  // what stays in force; empty: nothing
  Code code = Code::Invalid;
  std::string field;
  std::string detail;      // foreign text: made printable, at most 1024 octets of it
  bool retryable = false;  // the proxy keeps trying by itself
  config::SourceList sources;
};

// What a proxy last said of its clients. Telemetry: it may be late, and nothing depends on it.
struct ProxyLoad {
  std::uint64_t open = 0;
  std::uint64_t before_login = 0;
  std::uint64_t accepted_total = 0;
  std::uint64_t refused_total = 0;
  std::uint64_t auth_failed_total = 0;
};

// The proxy was asked to end.
struct ProxyDrain {
  std::int64_t deadline_unix_s = 0;
  std::uint64_t open_sessions = 0;
};

struct ApplyReport {
  enum class State : std::uint8_t {
    Active,           // serves all of `version`
    PartiallyActive,  // all but `refusals`
    Rejected,         // nothing of the last update came into force
    Gone,             // the stream ended; what it serves is unknown
  };
  std::uint64_t connection = 0;  // unique in this process; 0: the controller could not send it
  std::string proxy;             // the name it gave: telemetry, not authority
  State state = State::Active;
  std::string version;            // of the whole
  std::vector<Refusal> refusals;  // all that stand now: a report replaces the connection's last one
  // The newest publication that this proxy has answered for in full; 0: none yet, and then `state`
  // says nothing.
  std::uint64_t sequence = 0;
  std::optional<ProxyLoad> load = {};
  std::optional<ProxyDrain> drain = {};
};

using ReportSink = std::function<void(const ApplyReport&)>;

// A view of the API server, sorted by collection. Empty: the source has no such numbers, and which
// view is newer is not asked.
struct CollectionRevision {
  std::string collection;
  std::uint64_t resource_version = 0;
  friend bool operator==(const CollectionRevision&, const CollectionRevision&) = default;
};
using Revision = std::vector<CollectionRevision>;

inline constexpr std::string_view kNoKind = "none";
inline constexpr std::string_view kSeveralKinds = "several";

// What is other than after the publication before. The first one is everything, and says that the
// source was read: before it nobody is sent anything.
struct Publication {
  std::vector<config::FreshResource> upserts;  // no two of one key; versions are set by publish()
  std::vector<config::ResourceKey> removals;
  Revision revision = {};                 // that it was made of
  std::optional<Instant> caused_at = {};  // when the oldest event in it was received
  Revision reached = {};  // up to where nothing was missed; empty: as far as `revision`
  // Of the objects that it comes of: a kind of the API or one of the words above, for counting.
  std::string_view kind = kNoKind;
};

struct Published {
  std::string version;         // of the whole
  std::uint64_t sequence = 0;  // of this process: 1, 2, ...
};

class Publisher {
 public:
  virtual ~Publisher() = default;
  // Thread-safe. Equal content sends nothing.
  virtual Published publish(Publication publication) = 0;
  // Thread-safe. The view moved on, and there is nothing to publish in it: proxies that have seen a
  // newer one than ours may be waiting for that.
  virtual void reach(Revision revision) = 0;
};

}  // namespace postern::publish
