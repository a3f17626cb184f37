// What the controller loop sees of the stream: it gives the whole that proxies should have, and is
// told what each proxy made of it. Nothing of gRPC is visible here. publish() never waits for a
// proxy; reports come on the stream's threads, or out of publish(), and must not block them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
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
    Internal
  };
  config::ResourceKey key;
  std::string version;          // the refused one; empty: its removal
  std::string running_version;  // what stays in force; empty: nothing
  Code code = Code::Invalid;
  std::string field;
  std::string detail;      // foreign text: made printable, at most 1024 octets of it
  bool retryable = false;  // the proxy keeps trying by itself
  std::vector<config::SourceRef> sources;
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
};

using ReportSink = std::function<void(const ApplyReport&)>;

struct Publication {
  // Everything a proxy of this class should have; versions are set by publish().
  std::vector<config::Resource> resources;
  std::optional<WallTime> caused_at;  // when the oldest event in it was received
};

class Publisher {
 public:
  virtual ~Publisher() = default;
  // Thread-safe. Gives the version of the whole; equal content sends nothing.
  virtual std::string publish(Publication publication) = 0;
};

}  // namespace postern::publish
