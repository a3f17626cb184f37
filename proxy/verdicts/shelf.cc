#include "proxy/verdicts/shelf.h"

#include <algorithm>
#include <iterator>

namespace postern::verdicts {

Shelf::Shelf(std::uint32_t max_entries, std::shared_ptr<std::atomic<std::size_t>> entries)
    : max_entries_(max_entries),
      stripes_in_use_(std::clamp<std::size_t>(max_entries, 1, kStripes)),
      most_in_stripe_(std::max<std::size_t>(max_entries / stripes_in_use_, 1)),
      entries_(std::move(entries)) {}

Shelf::~Shelf() {
  for (const Stripe& stripe : stripes_) *entries_ -= stripe.by_use.size();
}

KeptVerdict Shelf::find(const VerdictKey& key) {
  Stripe& stripe = stripe_of(key);
  const std::scoped_lock held(stripe.lock);
  const auto found = stripe.by_key.find(key);
  if (found == stripe.by_key.end()) return nullptr;
  stripe.by_use.splice(stripe.by_use.begin(), stripe.by_use, found->second);
  return found->second->second;
}

// `gone` is freed when the lock is given back.
void Shelf::put(const VerdictKey& key, KeptVerdict verdict) {
  std::list<Entry> gone;
  std::list<Entry> fresh;
  fresh.emplace_back(key, std::move(verdict));
  Stripe& stripe = stripe_of(key);
  const std::scoped_lock held(stripe.lock);
  if (const auto old = stripe.by_key.find(key); old != stripe.by_key.end()) {
    gone.splice(gone.end(), stripe.by_use, old->second);
    old->second = fresh.begin();
    stripe.by_use.splice(stripe.by_use.begin(), fresh);
    return;
  }
  while (stripe.by_use.size() >= most_in_stripe_) {
    stripe.by_key.erase(stripe.by_use.back().first);
    gone.splice(gone.end(), stripe.by_use, std::prev(stripe.by_use.end()));
    --*entries_;
  }
  stripe.by_key.emplace(key, fresh.begin());
  stripe.by_use.splice(stripe.by_use.begin(), fresh);
  ++*entries_;
}

void Shelf::erase(const VerdictKey& key) {
  std::list<Entry> gone;
  Stripe& stripe = stripe_of(key);
  const std::scoped_lock held(stripe.lock);
  const auto found = stripe.by_key.find(key);
  if (found == stripe.by_key.end()) return;
  gone.splice(gone.end(), stripe.by_use, found->second);
  stripe.by_key.erase(found);
  --*entries_;
}

}  // namespace postern::verdicts
