// Shards: a set of shared immutable things in 64 parts, so that a copy with a few changes shares
// the parts that did not change: of 20 000 things a change of one copies about 300 pointers. Things
// are found by a hash of their name and a test. Values once made; a Draft belongs to one thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace postern::config {

template <class T>
class Shards {
 public:
  using Item = std::shared_ptr<const T>;
  static constexpr std::size_t kShards = 64;

  class Draft;

  // Null when there is none for which `is` holds.
  template <class Is>
  [[nodiscard]] const Item* find(std::uint64_t hash, const Is& is) const {
    const Part* const part = parts_[hash % kShards].get();
    return part ? find_in(*part, hash, is) : nullptr;
  }
  // In no order that means anything.
  template <class F>
  void each(const F& visit) const {
    for (const auto& part : parts_) {
      if (!part) continue;
      for (const Entry& entry : *part) visit(entry.item);
    }
  }
  [[nodiscard]] std::size_t size() const {
    std::size_t count = 0;
    for (const auto& part : parts_) count += part ? part->size() : 0;
    return count;
  }
  // Parts that have the very same things become one.
  void share_parts_with(const Shards& other) {
    for (std::size_t i = 0; i < kShards; ++i) {
      const auto& theirs = other.parts_[i];
      if (parts_[i] && theirs && parts_[i] != theirs && *parts_[i] == *theirs) parts_[i] = theirs;
    }
  }
  // How many parts are the very same in both.
  [[nodiscard]] std::size_t shared_with(const Shards& other) const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < kShards; ++i) count += parts_[i] == other.parts_[i] ? 1 : 0;
    return count;
  }

 private:
  struct Entry {
    std::uint64_t hash;
    Item item;
    friend bool operator<(const Entry& a, std::uint64_t b) { return a.hash < b; }
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  using Part = std::vector<Entry>;  // by hash

  template <class Is>
  static const Item* find_in(const Part& part, std::uint64_t hash, const Is& is) {
    for (auto at = std::lower_bound(part.begin(), part.end(), hash);
         at != part.end() && at->hash == hash; ++at) {
      if (is(*at->item)) return &at->item;
    }
    return nullptr;
  }

  std::array<std::shared_ptr<const Part>, kShards> parts_;
};

// A copy that is being changed.
template <class T>
class Shards<T>::Draft {
 public:
  explicit Draft(Shards base) : base_(std::move(base)) {}

  template <class Is>
  [[nodiscard]] const Item* find(std::uint64_t hash, const Is& is) const {
    const Part* const own = own_[hash % kShards].get();
    return own ? find_in(*own, hash, is) : base_.find(hash, is);
  }
  // Takes the place of the one for which `is` holds; the very same again is no change.
  template <class Is>
  void put(std::uint64_t hash, Item item, const Is& is) {
    if (const Item* const there = find(hash, is); there && *there == item) return;
    Part& part = own(hash);
    auto at = std::lower_bound(part.begin(), part.end(), hash);
    for (; at != part.end() && at->hash == hash; ++at) {
      if (!is(*at->item)) continue;
      at->item = std::move(item);
      return;
    }
    part.insert(at, Entry{hash, std::move(item)});
  }
  template <class Is>
  void erase(std::uint64_t hash, const Is& is) {
    if (!find(hash, is)) return;
    std::erase_if(own(hash),
                  [&](const Entry& entry) { return entry.hash == hash && is(*entry.item); });
  }
  [[nodiscard]] Shards finish() {
    for (std::size_t i = 0; i < kShards; ++i) {
      if (!own_[i]) continue;
      own_[i]->shrink_to_fit();
      base_.parts_[i] = std::move(own_[i]);
    }
    return base_;
  }

 private:
  Part& own(std::uint64_t hash) {
    auto& part = own_[hash % kShards];
    if (!part) {
      const auto& before = base_.parts_[hash % kShards];
      part = before ? std::make_shared<Part>(*before) : std::make_shared<Part>();
    }
    return *part;
  }

  Shards base_;
  std::array<std::shared_ptr<Part>, kShards> own_;
};

}  // namespace postern::config
