#include "controller/publish/wanted.h"

#include <algorithm>

#include "common/wire/snapshot_codec.h"

namespace postern::publish {

Stamped stamp(std::vector<config::Resource> resources) {
  Stamped stamped;
  for (config::Resource& resource : resources) {
    resource.version = wire::version_of(resource);
    const bool fits = wire::octets_of(resource) <= kMostResourceOctets;
    auto shared = std::make_shared<const config::Resource>(std::move(resource));
    (fits ? stamped.fitting : stamped.too_large).push_back(std::move(shared));
  }
  return stamped;
}

// Part of what the version means: the same on every replica.
std::size_t Wanted::shard_of(const config::ResourceKey& key) {
  return (siphash24({}, key.name) + static_cast<std::size_t>(key.type)) % kShards;
}

bool Wanted::put(SharedResource resource) {
  Shard& shard = shards_[shard_of(resource->key())];
  SharedResource& held = shard.resources[resource->key()];
  const bool changed = !held || held->version != resource->version;
  if (!held) ++counts_[resource->body.index()];
  if (changed) {
    shard.changed = true;
    version_.clear();
  } else if (held->sources == resource->sources) {
    return false;
  }
  held = std::move(resource);
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
  return found == resources.end() ? nullptr : found->second;
}

std::vector<SharedResource> Wanted::all() const {
  std::vector<SharedResource> all;
  for (const Shard& shard : shards_) {
    for (const auto& [key, resource] : shard.resources) all.push_back(resource);
  }
  std::sort(all.begin(), all.end(), [](const SharedResource& a, const SharedResource& b) {
    return std::pair(a->body.index(), std::string_view(a->name)) <
           std::pair(b->body.index(), std::string_view(b->name));
  });
  return all;
}

void Wanted::digest(Shard& shard) {
  std::string lines;
  for (const auto& [key, resource] : shard.resources) {
    lines += name_of(key.type);
    lines += '\0';  // neither names nor versions hold one
    lines += key.name;
    lines += '\0';
    lines += resource->version;
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
