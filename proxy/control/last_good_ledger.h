// LastGoodLedger: what of the configuration in force is in the last-known-good file, what has to be
// written, and when. A configuration is proven when the process has lived with it for a while;
// under steady change no file stays `current` for that long, so the content of then is kept and
// becomes `previous` when its time has come. Holds what is in force by shared pointers: nothing is
// copied, however large it is. Thread: the writer's. No clock of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "proxy/adopt/last_known_good.h"

namespace postern::control {

// Resources by their own keys: tens of thousands, so that a second copy of each would weigh.
struct ByOwnKey {
  using is_transparent = void;
  using Named = std::pair<config::ResourceType, std::string_view>;
  [[nodiscard]] static Named named(const config::ResourceKey& key) { return {key.type, key.name}; }
  [[nodiscard]] static Named named(const std::shared_ptr<const config::Resource>& resource) {
    return {resource->type(), resource->name};
  }
  bool operator()(const auto& a, const auto& b) const { return named(a) < named(b); }
};
using HeldByKey = std::set<std::shared_ptr<const config::Resource>, ByOwnKey>;

// What an update made other than before. Its nodes become the ledger's.
struct ConfigChange {
  std::string version;
  adopt::Revision revision;
  HeldByKey resources;
  std::set<config::ResourceKey> gone = {};

  // Null: it is gone.
  void put(const config::ResourceKey& key, std::shared_ptr<const config::Resource> resource);
  void merge(ConfigChange later);
};

struct KeepingPace {
  Duration between_writes{5'000};  // the first after a while is written at once
  Duration proof{30'000};          // F29: a configuration that crashes us does so within this
  Duration retry{30'000};          // after a write that failed
};

class LastGoodLedger {
 public:
  LastGoodLedger(adopt::LastKnownGood& file, Log& log, KeepingPace pace)
      : file_(file), log_(log), pace_(pace) {}

  // What came into force from the file itself: nothing to write.
  void begin(ConfigChange restored, adopt::Restored::From from, bool is_proven, Instant now);
  void note(ConfigChange change);
  // When act() has something to do next; nothing: after the next note().
  [[nodiscard]] std::optional<Instant> due() const;
  // Does what is due. True when a file was written.
  bool act(Instant now);
  // A clean stop: all is written, and proven.
  bool finish(Instant now);
  [[nodiscard]] std::uint64_t failures() const { return failures_; }

 private:
  // A content that is to be proven at a time.
  struct Trial {
    Instant over;
    std::uint64_t number;  // of the write
    adopt::SavedConfig config;
  };

  [[nodiscard]] bool changes_anything(const ConfigChange& change) const;
  [[nodiscard]] adopt::SavedConfig saved() const;
  [[nodiscard]] bool write(Instant now);
  void begin_trial(Instant now);
  void end_trial(Instant now);
  [[nodiscard]] bool succeeded(const adopt::LastKnownGood::Done& done);

  adopt::LastKnownGood& file_;
  Log& log_;
  const KeepingPace pace_;

  // In force.
  std::string version_;
  adopt::Revision revision_;
  HeldByKey resources_;

  bool is_dirty_ = false;
  Instant not_before_{};
  std::uint64_t writes_ = 0;
  // The write that `current` is of; 0: what is there is not what is in force.
  std::uint64_t current_ = 0;
  bool is_proven_ = false;
  std::optional<Trial> trial_;
  std::uint64_t failures_ = 0;
  bool failing_ = false;
};

}  // namespace postern::control
