#include "controller/world/world.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "controller/world/references.h"

namespace postern::world {
namespace {

using model::Object;
using model::ObjectKey;

const model::MailServer* as_server(const Object& object) {
  return model::as<model::MailServer>(object);
}

// What a grant can be about.
constexpr std::array<std::string_view, 3> kGranted = {"ConfigMap", "Secret", "Service"};

bool is_about(const model::ReferenceGrant& grant, std::string_view from, const ObjectKey& wanted) {
  const auto is_it = [&](const model::GrantedObject& object) {
    return object.kind == wanted.kind && (object.name.empty() || object.name == wanted.name);
  };
  return std::ranges::find(grant.namespaces, from) != grant.namespaces.end() &&
         std::ranges::any_of(grant.objects, is_it);
}

// What a MailServer would have to name for this object to matter.
ObjectKey named_as(const Object& object) {
  const ObjectKey& key = model::meta_of(object).key;
  if (const auto* slice = std::get_if<model::EndpointSliceObject>(&object)) {
    return {"Service", key.object_namespace, slice->service};
  }
  return key;
}

// No MailServer may point there, whichever it is.
bool is_api_server(const Object& object) {
  return named_as(object) == ObjectKey{"Service", "default", "kubernetes"};
}

// RFC 3339 in UTC sorts as text; paths are equal for no two.
std::pair<std::string, std::string> age_of(const model::MailServer& server) {
  return {server.meta.creation_timestamp, server.meta.key.path()};
}

// Ports and selector decide how a backend is reached; nothing else of a Service is built but who
// serves it.
bool leads_as_before(const model::ServiceObject& before, const model::ServiceObject& now) {
  return before.ports == now.ports && before.has_selector == now.has_selector;
}

// An object that comes or goes. A Service takes its ports with it.
Extent extent_of(const Object& object) {
  return std::holds_alternative<model::EndpointSliceObject>(object) ? Extent::Endpoints
                                                                    : Extent::Whole;
}

Extent extent_of(const Object& before, const Object& now) {
  const auto* old_service = std::get_if<model::ServiceObject>(&before);
  const auto* new_service = std::get_if<model::ServiceObject>(&now);
  const bool services = old_service != nullptr && new_service != nullptr;
  const bool as_before = services && leads_as_before(*old_service, *new_service);
  return as_before ? Extent::Endpoints : extent_of(now);
}

// Rules of a class look at the labels of a namespace; the rest of it changes often.
bool is_another_to_rules(const Object& before, const Object& now) {
  return !std::holds_alternative<model::NamespaceObject>(now) ||
         model::meta_of(before).labels != model::meta_of(now).labels;
}

template <class Key>
void erase_from(std::map<Key, std::set<Key>>& index, const Key& at, const Key& what) {
  const auto entry = index.find(at);
  if (entry == index.end()) return;
  entry->second.erase(what);
  if (entry->second.empty()) index.erase(entry);
}

}  // namespace

void Touched::add(const ObjectKey& server, Extent extent) {
  Extent& known = servers.try_emplace(server, extent).first->second;
  known = std::max(known, extent);
}

void Touched::merge(Touched other) {
  all = all || other.all;
  for (const auto& [server, extent] : other.servers) add(server, extent);
}

Touched World::touched_by(const Object& object, Extent extent) const {
  Touched out;
  if (as_server(object) != nullptr) {
    out.add(model::meta_of(object).key, extent);
    return out;
  }
  out.all = std::holds_alternative<model::MailClass>(object) ||
            std::holds_alternative<model::IngressClass>(object) || is_api_server(object) ||
            named_by_class_.contains(named_as(object));
  if (std::holds_alternative<model::NamespaceObject>(object)) {
    add_inhabitants(model::meta_of(object).key.name, out);
  }
  if (std::holds_alternative<model::ReferenceGrant>(object)) {
    add_strangers(model::meta_of(object).key.object_namespace, out);
  }
  const auto named = named_by_.find(named_as(object));
  if (named == named_by_.end()) return out;
  for (const ObjectKey& server : named->second) out.add(server, extent);
  return out;
}

void World::add_inhabitants(const std::string& object_namespace, Touched& out) const {
  for (auto at = objects_.lower_bound({"MailServer", object_namespace, ""});
       at != objects_.end() && at->first.kind == "MailServer" &&
       at->first.object_namespace == object_namespace;
       ++at) {
    out.add(at->first, Extent::Whole);
  }
}

void World::add_strangers(const std::string& object_namespace, Touched& out) const {
  for (const std::string_view kind : kGranted) {
    const ObjectKey first{std::string(kind), object_namespace, ""};
    for (auto named = named_by_.lower_bound(first); named != named_by_.end(); ++named) {
      const ObjectKey& key = named->first;
      if (key.kind != first.kind || key.object_namespace != object_namespace) break;
      for (const ObjectKey& server : named->second) {
        if (server.object_namespace != object_namespace) out.add(server, Extent::Whole);
      }
    }
  }
}

void World::enter(const Object& object) {
  const ObjectKey& key = model::meta_of(object).key;
  if (const auto* server = as_server(object)) {
    by_age_[age_of(*server)] = server;
    for (const ObjectKey& name : references_of(*server)) named_by_[name].insert(key);
  }
  if (const auto* mail_class = std::get_if<model::MailClass>(&object)) {
    for (const ObjectKey& name : references_of(*mail_class)) named_by_class_[name].insert(key);
  }
  if (std::holds_alternative<model::EndpointSliceObject>(object)) {
    slices_of_[named_as(object)].insert(key);
  }
}

void World::leave(const Object& object) {
  const ObjectKey& key = model::meta_of(object).key;
  if (const auto* server = as_server(object)) {
    by_age_.erase(age_of(*server));
    for (const ObjectKey& name : references_of(*server)) erase_from(named_by_, name, key);
  }
  if (const auto* mail_class = std::get_if<model::MailClass>(&object)) {
    for (const ObjectKey& name : references_of(*mail_class)) erase_from(named_by_class_, name, key);
  }
  if (std::holds_alternative<model::EndpointSliceObject>(object)) {
    erase_from(slices_of_, named_as(object), key);
  }
}

Touched World::apply(Object object) {
  return apply(std::make_shared<const Object>(std::move(object)));
}

Touched World::apply(model::SharedObject object) {
  const auto [entry, fresh] = objects_.try_emplace(model::meta_of(*object).key);
  model::SharedObject& known = entry->second;
  if (fresh) {
    known = std::move(object);
    enter(*known);
    return touched_by(*known, extent_of(*known));
  }
  if (known == object || *known == *object) return {};
  const Extent extent = extent_of(*known, *object);
  const bool another = is_another_to_rules(*known, *object);
  // An EndpointSlice may go from one Service to another: both are touched.
  Touched touched = touched_by(*known, extent);
  leave(*known);
  known = std::move(object);
  enter(*known);
  touched.merge(touched_by(*known, extent));
  return another ? touched : Touched{};
}

Touched World::remove(const ObjectKey& key) {
  const auto entry = objects_.find(key);
  if (entry == objects_.end()) return {};
  Touched touched = touched_by(*entry->second, extent_of(*entry->second));
  leave(*entry->second);
  objects_.erase(entry);
  return touched;
}

Touched World::replace(std::vector<Object> objects) {
  std::vector<model::SharedObject> shared;
  shared.reserve(objects.size());
  for (Object& object : objects) {
    shared.push_back(std::make_shared<const Object>(std::move(object)));
  }
  return replace(std::move(shared));
}

Touched World::replace(std::vector<model::SharedObject> objects) {
  std::set<ObjectKey> present;
  Touched touched;
  for (model::SharedObject& object : objects) {
    present.insert(model::meta_of(*object).key);
    touched.merge(apply(std::move(object)));
  }
  std::vector<ObjectKey> gone;
  for (const auto& [key, object] : objects_) {
    if (!present.contains(key)) gone.push_back(key);
  }
  for (const ObjectKey& key : gone) touched.merge(remove(key));
  return touched;
}

template <class T>
const T* World::find(std::string_view kind, std::string_view object_namespace,
                     std::string_view name) const {
  const auto found =
      objects_.find(ObjectKey{std::string(kind), std::string(object_namespace), std::string(name)});
  return found == objects_.end() ? nullptr : model::as<T>(*found->second);
}

std::vector<const model::MailServer*> World::mail_servers() const {
  std::vector<const model::MailServer*> out;
  out.reserve(by_age_.size());
  for (const auto& [age, server] : by_age_) out.push_back(server);
  return out;
}

const model::MailServer* World::mail_server(const ObjectKey& key) const {
  return find<model::MailServer>(key.kind, key.object_namespace, key.name);
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

const model::MailClass* World::mail_class(std::string_view name) const {
  return find<model::MailClass>("MailClass", "", name);
}

const model::NamespaceObject* World::name_space(std::string_view name) const {
  return find<model::NamespaceObject>("Namespace", "", name);
}

const model::IngressClass* World::ingress_class(std::string_view name) const {
  return find<model::IngressClass>("IngressClass", "", name);
}

std::vector<const model::IngressClass*> World::ingress_classes() const {
  std::vector<const model::IngressClass*> out;
  for (auto entry = objects_.lower_bound(ObjectKey{"IngressClass", "", ""});
       entry != objects_.end() && entry->first.kind == "IngressClass"; ++entry) {
    out.push_back(model::as<model::IngressClass>(*entry->second));
  }
  return out;
}

bool World::grants(std::string_view from, const ObjectKey& wanted) const {
  const std::string kind = "ReferenceGrant";
  for (auto entry = objects_.lower_bound(ObjectKey{kind, wanted.object_namespace, ""});
       entry != objects_.end() && entry->first.kind == kind &&
       entry->first.object_namespace == wanted.object_namespace;
       ++entry) {
    const auto* grant = model::as<model::ReferenceGrant>(*entry->second);
    if (grant != nullptr && is_about(*grant, from, wanted)) return true;
  }
  return false;
}

std::vector<const model::EndpointSliceObject*> World::slices(std::string_view object_namespace,
                                                             std::string_view service) const {
  std::vector<const model::EndpointSliceObject*> out;
  const auto found =
      slices_of_.find(ObjectKey{"Service", std::string(object_namespace), std::string(service)});
  if (found == slices_of_.end()) return out;
  for (const ObjectKey& key : found->second) {
    const auto* slice = find<model::EndpointSliceObject>(key.kind, key.object_namespace, key.name);
    if (slice != nullptr) out.push_back(slice);
  }
  return out;
}

std::vector<ObjectKey> World::keys() const {
  std::vector<ObjectKey> out;
  out.reserve(objects_.size());
  for (const auto& [key, object] : objects_) out.push_back(key);
  return out;
}

const Object* World::object(const ObjectKey& key) const {
  const auto found = objects_.find(key);
  return found == objects_.end() ? nullptr : found->second.get();
}

std::set<ObjectKey> World::named_by(const ObjectKey& key) const {
  const Object* known = object(key);
  const auto found = named_by_.find(known == nullptr ? key : named_as(*known));
  return found == named_by_.end() ? std::set<ObjectKey>() : found->second;
}

}  // namespace postern::world
