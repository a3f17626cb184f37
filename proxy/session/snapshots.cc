#include "proxy/session/snapshots.h"

#include <utility>

#include "common/base/check.h"

namespace postern::session {

std::shared_ptr<const net::Prepared> Snapshots::adopt(std::shared_ptr<const net::Prepared> next,
                                                      Instant now) {
  std::shared_ptr<const net::Prepared> before = newest();
  if (!generations_.empty()) generations_.back().replaced = now;
  generations_.push_back({std::move(next), {}, nullptr});
  let_go_unseen();
  return before;
}

const std::shared_ptr<const net::Prepared>& Snapshots::newest() const {
  static const std::shared_ptr<const net::Prepared> none;
  return generations_.empty() ? none : generations_.back().prepared;
}

std::vector<std::uint32_t> Snapshots::overdue(Instant now) const {
  std::vector<std::uint32_t> slots;
  std::size_t younger = generations_.size();
  for (const Generation& generation : generations_) {
    if (younger <= kMany) break;
    const bool patient = younger <= kTooMany && now - generation.replaced < kGrace;
    if (patient) break;  // those behind were replaced later
    for (const SnapshotHold* hold = generation.first; hold; hold = hold->next_) {
      slots.push_back(hold->slot_);
    }
    --younger;
  }
  return slots;
}

void Snapshots::let_go_unseen() {
  for (auto it = generations_.begin(); std::next(it) != generations_.end();) {
    it = it->first ? std::next(it) : generations_.erase(it);
  }
}

SnapshotHold::SnapshotHold(Snapshots& snapshots, std::uint32_t slot)
    : snapshots_(snapshots), slot_(slot) {
  check(!snapshots.generations_.empty(), "nobody is let in before the first snapshot");
  generation_ = &snapshots.generations_.back();
  next_ = generation_->first;
  link_ = &generation_->first;
  if (next_) next_->link_ = &next_;
  *link_ = this;
}

SnapshotHold::~SnapshotHold() {
  *link_ = next_;
  if (next_) next_->link_ = link_;
  if (!generation_->first) snapshots_.let_go_unseen();
}

}  // namespace postern::session
