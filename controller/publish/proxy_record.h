// ProxyRecord: what one proxy holds, refused and is being sent, and what it has to be sent next.
// Pure: no gRPC, no clock, no lock. The distribution has one for each connection and asks it under
// its own lock; all of it is forgotten when the connection ends, since a proxy says itself what it
// holds when it comes back.
// - Names to look at are kept as a set, so that a change of one resource looks at one.
// - One update is in flight; what changes meanwhile is in the next one.
// - A refused version is not sent again until it changes. Two exceptions: a delta that found
// another
//   base is sent as a whole, and what lacked a dependency comes along with the next update.
// - full_state is for a proxy that holds nothing, or something of a type that removals cannot name.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "controller/publish/push.h"
#include "controller/publish/push_metrics.h"
#include "controller/publish/wanted.h"

namespace postern::publish {

// What is wanted now: the version is of the whole, the sequence of the newest publication.
struct Goal {
  const Wanted& wanted;
  const std::string& version;
  std::uint64_t sequence;
};

class ProxyRecord {
 public:
  // `metrics` outlives this.
  ProxyRecord(ConnectionId id, Greeting greeting, PushMetrics& metrics);

  // What is wanted under that name is other than before.
  void look_at(const config::ResourceKey& key) { look_.insert(key); }

  // What to send now, which is in flight from then on; its revision and cause are the caller's to
  // add. Nothing while an update is in flight, or when nothing is to be said.
  [[nodiscard]] std::optional<Push> next(const Goal& goal);
  [[nodiscard]] bool in_flight() const { return in_flight_.has_value(); }

  // False when the nonce is of no update that could still be answered.
  [[nodiscard]] bool settle(const PushResult& result, const Wanted& wanted);

  // The newest publication that is wholly answered; 0: none.
  [[nodiscard]] std::uint64_t sequence() const { return answered_sequence_; }
  [[nodiscard]] const Revision& applied() const { return greeting_.applied; }
  [[nodiscard]] ApplyReport report(const Wanted& wanted) const;
  [[nodiscard]] ApplyReport::State state() const;

 private:
  struct Held {
    SharedName name;
    SharedResource base;  // of that version, where a delta may be told against it and we have it
    [[nodiscard]] const std::string& version() const { return name->version; }
  };
  struct ByKey {
    bool operator()(const config::ResourceKey* a, const config::ResourceKey* b) const {
      return *a < *b;
    }
  };
  struct Refused {
    Refusal refusal;
    std::string nonce;
  };
  struct InFlight {
    std::string nonce;
    std::string version;
    std::uint64_t sequence = 0;
    std::map<config::ResourceKey, Upsert> content;  // no resource: a removal
  };

  void look_at_differences(const Wanted& wanted);
  void consider(const config::ResourceKey& key, const Wanted& wanted, Push& push);
  void consider_gone(const config::ResourceKey& key, Push& push);
  // It was sent, refused, and may come into force yet.
  [[nodiscard]] bool awaits(const config::ResourceKey& key) const;
  void withhold(const config::ResourceKey& key, const SharedResource& now,
                const std::string& feature, Push& push);
  void retry_missing_dependencies(const Wanted& wanted, Push& push);
  void launch(const Goal& goal, Push& push);
  [[nodiscard]] const std::string* missing_feature(const config::Resource& resource) const;
  [[nodiscard]] SharedResource delta_base(const config::ResourceKey& key,
                                          const config::Resource& now) const;
  [[nodiscard]] bool refused_already(const config::ResourceKey& key,
                                     std::string_view version) const;

  void settle_push(const InFlight& push, const PushResult& result, const Wanted& wanted);
  [[nodiscard]] bool wants_the_whole(const InFlight& push, const Refusal& error);
  void hold(SharedName name, SharedResource resource);
  void accept(const config::ResourceKey& key, const std::string& version,
              const SharedResource& resource, const Wanted& wanted);
  // `push`: what it answers; null: it corrects an earlier answer.
  void refuse(const Refusal& error, const InFlight* push, const std::string& nonce,
              const Wanted& wanted);
  void refuse_all(const InFlight& push);
  [[nodiscard]] bool correct(const PushResult& result, const Wanted& wanted);

  const ConnectionId id_;
  Greeting greeting_;
  PushMetrics& metrics_;
  // By the keys in the names: thousands for each proxy, and the same for all.
  std::map<const config::ResourceKey*, Held, ByKey> held_;
  std::map<config::ResourceKey, Refused> refused_;
  std::set<config::ResourceKey> look_;
  std::optional<InFlight> in_flight_;
  std::uint64_t pushes_ = 0;
  std::string told_version_;  // of the whole, as last sent; empty: nothing was sent yet
  std::string answered_version_;
  std::uint64_t answered_sequence_ = 0;
  int failed_deltas_ = 0;
  bool rejected_ = false;
};

}  // namespace postern::publish
