#include "common/config/snapshot.h"

#include <functional>

namespace postern::config {

namespace {

std::uint64_t hash_of(ResourceType type, std::string_view name) {
  constexpr std::uint64_t kSpread = 0x9E3779B97F4A7C15;
  return std::hash<std::string_view>{}(name) ^ (kSpread * (static_cast<std::uint64_t>(type) + 1));
}

auto named(ResourceType type, std::string_view name) {
  return [type, name](const Resource& r) { return r.type() == type && r.name == name; };
}

}  // namespace

Snapshot::Snapshot(std::string version, const Resources& resources) {
  Draft draft{Snapshot()};
  for (const auto& [key, resource] : resources) draft.put(resource);
  *this = draft.finish(std::move(version));
}

Snapshot::Held Snapshot::find(ResourceType type, std::string_view name) const {
  const Held* const found = shards_.find(hash_of(type, name), named(type, name));
  return found ? *found : nullptr;
}

template <class T>
const T* Snapshot::body(ResourceType type, std::string_view name) const {
  const Held* const found = shards_.find(hash_of(type, name), named(type, name));
  return found ? (*found)->as<T>() : nullptr;
}

const Listener* Snapshot::listener(std::uint16_t port) const {
  return body<Listener>(ResourceType::Listener, std::to_string(port));
}
const Server* Snapshot::server(std::string_view name) const {
  return body<Server>(ResourceType::Server, name);
}
const Backend* Snapshot::backend(std::string_view name) const {
  return body<Backend>(ResourceType::Backend, name);
}
const EndpointSet* Snapshot::endpoints(std::string_view backend) const {
  return body<EndpointSet>(ResourceType::Endpoints, backend);
}
const Table* Snapshot::table(std::string_view name) const {
  return body<Table>(ResourceType::Table, name);
}
const Provider* Snapshot::provider(std::string_view name) const {
  return body<Provider>(ResourceType::Provider, name);
}
const SecretMaterial* Snapshot::secret(std::string_view name) const {
  return body<SecretMaterial>(ResourceType::Secret, name);
}

const ClassTerms* Snapshot::class_terms() const {
  return body<ClassTerms>(ResourceType::Class, kClassTermsName);
}

Snapshot::Resources Snapshot::resources() const {
  Resources all;
  each([&](const Held& resource) { all.emplace(resource->key(), resource); });
  return all;
}

void Snapshot::Draft::put(Held resource) {
  const ResourceType type = resource->type();
  const std::string& name = resource->name;
  const std::uint64_t hash = hash_of(type, name);
  // `name` lives in the resource that goes in.
  const Held keep = resource;
  shards_.put(hash, std::move(resource), named(type, keep->name));
}

void Snapshot::Draft::erase(const ResourceKey& key) {
  shards_.erase(hash_of(key.type, key.name), named(key.type, key.name));
}

Snapshot::Held Snapshot::Draft::find(ResourceType type, std::string_view name) const {
  const Held* const found = shards_.find(hash_of(type, name), named(type, name));
  return found ? *found : nullptr;
}

bool Snapshot::Draft::has(ResourceType type, std::string_view name) const {
  return shards_.find(hash_of(type, name), named(type, name)) != nullptr;
}

}  // namespace postern::config
