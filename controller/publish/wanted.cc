#include "controller/publish/wanted.h"

#include <algorithm>

#include "common/wire/snapshot_codec.h"

namespace postern::publish {

Stamped stamp(std::vector<config::FreshResource> resources) {
  Stamped stamped;
  for (const config::FreshResource& resource : resources) {
    const auto& shared = resource.shared();
    // One that comes again may be in the hands of other threads.
    const bool known = !shared->version.empty();
    wire::Weighed weighed =
        known ? wire::Weighed{{}, wire::octets_of(*shared)} : wire::weigh(*shared);
    if (!known) shared->version = std::move(weighed.version);
    const bool fits = weighed.octets <= kMostResourceOctets;
    (fits ? stamped.fitting : stamped.too_large).push_back(shared);
  }
  return stamped;
}

// Part of what the version means: the same on every replica.
std::size_t Wanted::shard_of(const config::ResourceKey& key) {
  return (siphash24({}, key.name) + static_cast<std::size_t>(key.type)) % kShards;
}

bool Wanted::put(SharedResource resource) {
  Shard& shard = shards_[shard_of(resource->key())];
  Entry& held = shard.resources[resource->key()];
  const bool changed = !held.resource || held.resource->version != resource->version;
  if (!held.resource) ++counts_[resource->body.index()];
  if (changed) {
    shard.changed = true;
    version_.clear();
    held.name = std::make_shared<const Versioned>(resource->key(), resource->version);
  } else if (held.resource->sources == resource->sources) {
    return false;
  }
  held.resource = std::move(resource);
  return changed;
}

bool Wanted::remove(const config::ResourceKey& key) {
  Shard& shard = shards_[shard_of(key)];
  if (shard.resources.erase(key) == 0) return false;
  --counts_[static_cast<std::size_t>(key.type)];
  shard.changed = true;
  version_.clear();
  return true;
}

SharedResource Wanted::find(const config::ResourceKey& key) const {
  const auto& resources = shards_[shard_of(key)].resources;
  const auto found = resources.find(key);
  return found == resources.end() ? nullptr : found->second.resource;
}

SharedName Wanted::name_of(const config::ResourceKey& key) const {
  const auto& resources = shards_[shard_of(key)].resources;
  const auto found = resources.find(key);
  return found == resources.end() ? nullptr : found->second.name;
}

std::vector<SharedResource> Wanted::all() const {
  std::vector<SharedResource> all;
  for (const Shard& shard : shards_) {
    for (const auto& [key, entry] : shard.resources) all.push_back(entry.resource);
  }
  std::sort(all.begin(), all.end(), [](const SharedResource& a, const SharedResource& b) {
    return std::pair(a->body.index(), std::string_view(a->name)) <
           std::pair(b->body.index(), std::string_view(b->name));
  });
  return all;
}

void Wanted::digest(Shard& shard) {
  std::string lines;
  for (const auto& [key, entry] : shard.resources) {
    lines += config::name_of(key.type);
    lines += '\0';  // neither names nor versions hold one
    lines += key.name;
    lines += '\0';
    lines += entry.resource->version;
    lines += '\0';
  }
  shard.digest = sha256(lines);
  shard.changed = false;
}

const std::string& Wanted::version() {
  if (!version_.empty()) return version_;
  std::string digests;
  digests.reserve(kShards * std::tuple_size_v<Sha256>);
  for (Shard& shard : shards_) {
    if (shard.changed) digest(shard);
    digests.append(shard.digest.begin(), shard.digest.end());
  }
  version_ = hex(sha256(digests)).substr(0, 32);
  return version_;
}

}  // namespace postern::publish
