// Snapshot: the immutable whole that a session sees from its acceptance to its relay. Made by
// proxy/adopt out of resources, shared by all workers, freed on the control thread. A copy with a
// few changes shares all the rest with the one before (Draft).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/config/resource.h"
#include "common/config/shards.h"

namespace postern::config {

class Snapshot {
 public:
  using Held = std::shared_ptr<const Resource>;
  using Resources = std::map<ResourceKey, Held>;

  class Draft;

  Snapshot() = default;
  Snapshot(std::string version, const Resources& resources);

  [[nodiscard]] const std::string& version() const { return version_; }
  // How many drafts led to it: of two of one lineage the newer has the larger.
  [[nodiscard]] std::uint64_t number() const { return number_; }

  // Null when there is none of that name.
  [[nodiscard]] const Listener* listener(std::uint16_t port) const;
  [[nodiscard]] const Server* server(std::string_view name) const;
  [[nodiscard]] const Backend* backend(std::string_view name) const;
  [[nodiscard]] const EndpointSet* endpoints(std::string_view backend) const;
  [[nodiscard]] const Table* table(std::string_view name) const;
  [[nodiscard]] const Provider* provider(std::string_view name) const;
  [[nodiscard]] const SecretMaterial* secret(std::string_view name) const;
  // Null: the class says nothing of proxies.
  [[nodiscard]] const ClassTerms* class_terms() const;
  [[nodiscard]] Held find(ResourceType type, std::string_view name) const;
  [[nodiscard]] Held find(const ResourceKey& key) const { return find(key.type, key.name); }

  // visit(const Held&), in no order that means anything.
  template <class F>
  void each(const F& visit) const {
    shards_.each(visit);
  }
  [[nodiscard]] std::size_t size() const { return shards_.size(); }
  // All of it in the order of keys: for pages and tests, it copies.
  [[nodiscard]] Resources resources() const;
  // What both have is kept once.
  void share_parts_with(const Snapshot& other) { shards_.share_parts_with(other.shards_); }
  // Of 64: what an update left alone.
  [[nodiscard]] std::size_t shards_shared_with(const Snapshot& other) const {
    return shards_.shared_with(other.shards_);
  }

 private:
  Snapshot(std::string version, std::uint64_t number, Shards<Resource> shards)
      : version_(std::move(version)), number_(number), shards_(std::move(shards)) {}
  template <class T>
  [[nodiscard]] const T* body(ResourceType type, std::string_view name) const;

  std::string version_;
  std::uint64_t number_ = 0;
  Shards<Resource> shards_;
};

// The next snapshot, being made: it copies what is touched.
class Snapshot::Draft {
 public:
  explicit Draft(const Snapshot& base) : number_(base.number_ + 1), shards_(base.shards_) {}

  void put(Held resource);
  void erase(const ResourceKey& key);
  [[nodiscard]] Held find(ResourceType type, std::string_view name) const;
  [[nodiscard]] Held find(const ResourceKey& key) const { return find(key.type, key.name); }
  [[nodiscard]] bool has(ResourceType type, std::string_view name) const;
  // The draft is used up.
  [[nodiscard]] Snapshot finish(std::string version) {
    return {std::move(version), number_, shards_.finish()};
  }

 private:
  std::uint64_t number_;
  Shards<Resource>::Draft shards_;
};

}  // namespace postern::config
