// Snapshots: the configurations that one worker still needs: the newest, and each older one that a
// visit began under. A visit holds one by being in its list; no atomic is touched. What no visit
// sees any more is let go at once, so relayed sessions keep none (I3.4).
// Also says whose time is over when too many are held: a visit that outlives that many changes.
// Thread: the worker's own. The control thread keeps a reference to each until it is the only one,
// so that a worker never runs a snapshot's destructor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "common/base/clock.h"
#include "proxy/net/prepared.h"

namespace postern::session {

class SnapshotHold;

class Snapshots {
 public:
  // More than this many alive is an alarm: visits of the older ones go, unless a change is so young
  // that a login in progress may have begun before it.
  static constexpr std::size_t kMany = 16;
  static constexpr Duration kGrace{2'000};
  // More than this many, and they go at once: memory is worth more.
  static constexpr std::size_t kTooMany = 256;

  Snapshots() = default;
  Snapshots(const Snapshots&) = delete;
  Snapshots& operator=(const Snapshots&) = delete;

  // `next` is the newest; the one before comes back.
  [[nodiscard]] std::shared_ptr<const net::Prepared> adopt(
      std::shared_ptr<const net::Prepared> next, Instant now);
  // Null before the first.
  [[nodiscard]] const std::shared_ptr<const net::Prepared>& newest() const;
  [[nodiscard]] std::size_t alive() const { return generations_.size(); }
  // Slots of the visits whose time is over, by the numbers above.
  [[nodiscard]] std::vector<std::uint32_t> overdue(Instant now) const;

 private:
  friend class SnapshotHold;

  struct Generation {
    std::shared_ptr<const net::Prepared> prepared;
    Instant replaced{};             // when the next one came
    SnapshotHold* first = nullptr;  // its visits
  };

  void let_go_unseen();

  std::list<Generation> generations_;  // oldest first; the last is the newest
};

// A visit's hold on the newest snapshot at its beginning. It is a link of a list and stays where
// it is; `slot` is the session's.
class SnapshotHold {
 public:
  SnapshotHold(Snapshots& snapshots, std::uint32_t slot);
  ~SnapshotHold();
  SnapshotHold(const SnapshotHold&) = delete;
  SnapshotHold& operator=(const SnapshotHold&) = delete;

  const net::Prepared* operator->() const { return generation_->prepared.get(); }
  const net::Prepared& operator*() const { return *generation_->prepared; }
  // For who may outlive the visit.
  [[nodiscard]] const std::shared_ptr<const net::Prepared>& shared() const {
    return generation_->prepared;
  }

 private:
  friend class Snapshots;

  Snapshots& snapshots_;
  Snapshots::Generation* generation_;
  SnapshotHold** link_;  // what points at this one: the list's head, or the one before
  SnapshotHold* next_;
  std::uint32_t slot_;
};

}  // namespace postern::session
