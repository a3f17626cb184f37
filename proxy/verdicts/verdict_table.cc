#include "proxy/verdicts/verdict_table.h"

#include <utility>
#include <vector>

#include "proxy/verdicts/shelf.h"

namespace postern::verdicts {

namespace {

// Providers come and go with tenants: a shelf that nobody asked for so long is cleared.
constexpr std::chrono::hours kShelfIdle = kStalest;
constexpr std::chrono::minutes kSweep{10};

}  // namespace

VerdictTable::VerdictTable() : entries_(std::make_shared<std::atomic<std::size_t>>(0)) {}
VerdictTable::~VerdictTable() = default;

KeptVerdict VerdictTable::find(const ShelfName& shelf, const VerdictKey& key, Instant now) {
  return shelf_of(shelf, now)->find(key);
}

void VerdictTable::put(const ShelfName& shelf, const VerdictKey& key, Verdict verdict,
                       Instant now) {
  shelf_of(shelf, now)->put(key, std::make_shared<const Verdict>(std::move(verdict)));
}

void VerdictTable::erase(const ShelfName& shelf, const VerdictKey& key, Instant now) {
  shelf_of(shelf, now)->erase(key);
}

// `gone` is freed when the lock is given back.
std::shared_ptr<Shelf> VerdictTable::shelf_of(const ShelfName& name, Instant now) {
  std::vector<std::shared_ptr<Shelf>> gone;
  const std::scoped_lock held(lock_);
  if (now >= sweep_at_) {
    sweep_at_ = now + kSweep;
    std::erase_if(shelves_, [&](auto& entry) {
      const bool idle = now - entry.second->used > kShelfIdle;
      if (idle) gone.push_back(std::move(entry.second));
      return idle;
    });
  }
  auto found = shelves_.find(name.provider);
  if (found == shelves_.end()) found = shelves_.emplace(name.provider, nullptr).first;
  std::shared_ptr<Shelf>& shelf = found->second;
  if (!shelf || shelf->max_entries() != name.max_entries) {
    gone.push_back(std::exchange(shelf, std::make_shared<Shelf>(name.max_entries, entries_)));
  }
  shelf->used = now;
  return shelf;
}

}  // namespace postern::verdicts
