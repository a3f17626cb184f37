// Snapshot: the immutable whole that a session sees from its acceptance to its relay. Made by
// proxy/adopt out of resources, shared by all workers, freed on the control thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "common/config/resource.h"

namespace postern::config {

class Snapshot {
 public:
  using Resources = std::map<ResourceKey, std::shared_ptr<const Resource>>;

  Snapshot(std::string version, Resources resources)
      : version_(std::move(version)), resources_(std::move(resources)) {}

  [[nodiscard]] const std::string& version() const { return version_; }
  [[nodiscard]] const Resources& resources() const { return resources_; }

  // Null when there is none of that name.
  [[nodiscard]] const Listener* listener(std::uint16_t port) const;
  [[nodiscard]] const Server* server(std::string_view name) const;
  [[nodiscard]] const Backend* backend(std::string_view name) const;
  [[nodiscard]] const EndpointSet* endpoints(std::string_view backend) const;
  [[nodiscard]] const SecretMaterial* secret(std::string_view name) const;

 private:
  template <class T>
  [[nodiscard]] const T* find(ResourceType type, std::string_view name) const;

  std::string version_;
  Resources resources_;
};

}  // namespace postern::config
