// Where objects come from: a directory, or an API server. Tells what is other than before,
// so that nobody after it compares. What is wrong with single objects is among the problems and
// never keeps the others from being served. One thread calls read() and wait(); wake() is for any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "controller/model/objects.h"
#include "controller/model/problem.h"

namespace postern::source {

// So that sums of times do not overflow; whoever waits asks again.
inline constexpr Duration kLongestWait{std::chrono::hours(1)};

// How far a collection of an API server was read. Numbers of two collections say nothing of each
// other.
struct CollectionView {
  std::string collection;
  std::uint64_t resource_version = 0;
  friend bool operator==(const CollectionView&, const CollectionView&) = default;
};
using View = std::vector<CollectionView>;  // sorted by collection, each once

// What is other than at the last read(); of the first read(): everything.
struct Changes {
  std::vector<model::SharedObject> changed;  // new, or other than before; no two of one key
  std::vector<model::ObjectKey> gone;
  model::Problems problems;               // all that stand now, of reading and decoding
  bool problems_changed = false;          // against those of the last read()
  std::optional<Instant> caused_at = {};  // when the oldest event in it came; nothing: just now
  // All that was told so far was read from here, and not from before. Empty: there are no numbers.
  View made_of = {};
  // Up to here nothing is missing in it. Moves on while nothing changes.
  View read_to = {};
  // Nothing changed, nothing is gone, problems as before.
  [[nodiscard]] bool empty() const { return changed.empty() && gone.empty() && !problems_changed; }
};

class ObjectSource {
 public:
  virtual ~ObjectSource() = default;
  // Blocks. The error is a sentence for people: nothing could be read at all, which must never be
  // taken for "there are no objects"; what was read before stays.
  [[nodiscard]] virtual Result<Changes, std::string> read() = 0;
  // Until something may have changed and is quiet again, wake(), or `most`.
  virtual void wait(Duration most) = 0;
  virtual void wake() = 0;
  // What is absent has the defaults of a cluster, not those of a directory.
  [[nodiscard]] virtual bool in_cluster() const { return false; }
};

}  // namespace postern::source
