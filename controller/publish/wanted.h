// Wanted: what every proxy of the class should have, edited change by change. Its version is a hash
// of all (type, name, version), equal on every replica and after a restart. It is kept in shards
// with a hash each, so that a change of one resource of thousands hashes one shard and the list of
// the shards' hashes. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/digest.h"
#include "common/config/fresh_resource.h"
#include "common/config/resource.h"

namespace postern::publish {

using SharedResource = std::shared_ptr<const config::Resource>;

// Which resource, and which version of it.
struct Versioned {
  config::ResourceKey key;
  std::string version;
};
using SharedName = std::shared_ptr<const Versioned>;

// One message holds at least one resource; gRPC's receive limit on both sides is 8 MiB.
inline constexpr std::size_t kMostResourceOctets = std::size_t{6} << 20;

struct Stamped {
  std::vector<SharedResource> fitting;
  std::vector<SharedResource> too_large;  // no message could carry them
};

// Sets the version of each that has none. It hashes, so no lock should be held.
[[nodiscard]] Stamped stamp(std::vector<config::FreshResource> resources);

class Wanted {
 public:
  // False: its version is as before. Its sources are taken anyway.
  bool put(SharedResource resource);
  // False: it was not wanted.
  bool remove(const config::ResourceKey& key);

  // Null: not wanted.
  [[nodiscard]] SharedResource find(const config::ResourceKey& key) const;
  [[nodiscard]] std::size_t count(config::ResourceType type) const {
    return counts_[static_cast<std::size_t>(type)];
  }
  // The same as names only, kept once for all who remember what they were given. Null: not wanted.
  [[nodiscard]] SharedName name_of(const config::ResourceKey& key) const;
  // In the order of application.
  [[nodiscard]] std::vector<SharedResource> all() const;

  [[nodiscard]] const std::string& version();

 private:
  static constexpr std::size_t kShards = 256;

  struct Entry {
    SharedResource resource;
    SharedName name;
  };
  struct Shard {
    std::map<config::ResourceKey, Entry> resources;
    Sha256 digest{};
    bool changed = true;  // since the digest was made
  };

  [[nodiscard]] static std::size_t shard_of(const config::ResourceKey& key);
  static void digest(Shard& shard);

  std::array<Shard, kShards> shards_;
  std::array<std::size_t, std::variant_size_v<config::ResourceBody>> counts_{};
  std::string version_;  // empty: to be made anew
};

}  // namespace postern::publish
