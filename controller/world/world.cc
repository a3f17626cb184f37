#include "controller/world/world.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "controller/world/references.h"

namespace postern::world {
namespace {

using model::Object;
using model::ObjectKey;

// What a MailServer would have to name for this object to matter.
ObjectKey named_as(const Object& object) {
  const ObjectKey& key = model::meta_of(object).key;
  if (const auto* slice = std::get_if<model::EndpointSliceObject>(&object)) {
    return {"Service", key.object_namespace, slice->service};
  }
  return key;
}

}  // namespace

bool World::matters(const Object& object) const {
  return std::holds_alternative<model::MailServer>(object) || named_.contains(named_as(object));
}

void World::count_references(const Object& object, int change) {
  const auto* server = std::get_if<model::MailServer>(&object);
  if (server == nullptr) return;
  for (const ObjectKey& key : references_of(*server)) {
    const auto entry = named_.try_emplace(key, 0).first;
    entry->second += change;
    if (entry->second == 0) named_.erase(entry);
  }
}

bool World::apply(Object object) {
  const ObjectKey key = model::meta_of(object).key;
  const auto [entry, fresh] = objects_.try_emplace(key);
  if (!fresh && entry->second == object) return false;
  // An EndpointSlice may go from one Service to another: then it mattered, if it no longer does.
  const bool mattered = !fresh && matters(entry->second);
  if (!fresh) count_references(entry->second, -1);
  entry->second = std::move(object);
  count_references(entry->second, +1);
  return mattered || matters(entry->second);
}

bool World::remove(const ObjectKey& key) {
  const auto entry = objects_.find(key);
  if (entry == objects_.end()) return false;
  const bool mattered = matters(entry->second);
  count_references(entry->second, -1);
  objects_.erase(entry);
  return mattered;
}

bool World::replace(std::vector<Object> objects) {
  std::set<ObjectKey> present;
  bool mattered = false;
  for (Object& object : objects) {
    present.insert(model::meta_of(object).key);
    mattered = apply(std::move(object)) || mattered;
  }
  std::vector<ObjectKey> gone;
  for (const auto& [key, object] : objects_) {
    if (!present.contains(key)) gone.push_back(key);
  }
  for (const ObjectKey& key : gone) mattered = remove(key) || mattered;
  return mattered;
}

template <class T>
const T* World::find(std::string_view kind, std::string_view object_namespace,
                     std::string_view name) const {
  const auto found =
      objects_.find(ObjectKey{std::string(kind), std::string(object_namespace), std::string(name)});
  return found == objects_.end() ? nullptr : std::get_if<T>(&found->second);
}

std::vector<const model::MailServer*> World::mail_servers() const {
  std::vector<const model::MailServer*> out;
  for (const auto& [key, object] : objects_) {
    if (const auto* server = std::get_if<model::MailServer>(&object)) out.push_back(server);
  }
  // RFC 3339 in UTC sorts as text; paths are equal for no two.
  std::ranges::sort(out, {}, [](const model::MailServer* server) {
    return std::tuple(server->meta.creation_timestamp, server->meta.key.path());
  });
  return out;
}

const model::SecretObject* World::secret(std::string_view object_namespace,
                                         std::string_view name) const {
  return find<model::SecretObject>("Secret", object_namespace, name);
}

const model::ConfigMapObject* World::config_map(std::string_view object_namespace,
                                                std::string_view name) const {
  return find<model::ConfigMapObject>("ConfigMap", object_namespace, name);
}

const model::ServiceObject* World::service(std::string_view object_namespace,
                                           std::string_view name) const {
  return find<model::ServiceObject>("Service", object_namespace, name);
}

std::vector<const model::EndpointSliceObject*> World::slices(std::string_view object_namespace,
                                                             std::string_view service) const {
  std::vector<const model::EndpointSliceObject*> out;
  const ObjectKey first{"EndpointSlice", std::string(object_namespace), ""};
  for (auto entry = objects_.lower_bound(first); entry != objects_.end(); ++entry) {
    const ObjectKey& key = entry->first;
    if (key.kind != first.kind || key.object_namespace != first.object_namespace) break;
    const auto* slice = std::get_if<model::EndpointSliceObject>(&entry->second);
    if (slice != nullptr && slice->service == service) out.push_back(slice);
  }
  return out;
}

}  // namespace postern::world
