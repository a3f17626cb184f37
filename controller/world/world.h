// World: what exists now, by key. A source puts objects in; apply(), remove() and replace() answer
// which MailServers a change touches: those that are other than before, and those that name what
// is, also when it was not there until now. What nobody names touches nobody. Lookups give null
// for what does not exist. Never judges an object; build does.
// Thread: belongs to the control loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/model/objects.h"

namespace postern::world {

// How much of what is built of a MailServer has to be looked at again.
enum class Extent : std::uint8_t {
  Endpoints,  // who serves its backends now, and nothing else
  Whole,
};

struct Touched {
  std::map<model::ObjectKey, Extent> servers;  // also of MailServers that are gone
  bool all = false;                            // what all of them are built by is another

  [[nodiscard]] bool empty() const { return !all && servers.empty(); }
  void add(const model::ObjectKey& server, Extent extent);
  void merge(Touched other);
};

class World {
 public:
  World() = default;
  World(World&&) = default;
  World& operator=(World&&) = default;

  // An object that is new or other than before; one that equals what is known touches nobody.
  [[nodiscard]] Touched apply(model::SharedObject object);
  [[nodiscard]] Touched apply(model::Object object);
  [[nodiscard]] Touched remove(const model::ObjectKey& key);
  // These objects and no others exist.
  [[nodiscard]] Touched replace(std::vector<model::SharedObject> objects);
  [[nodiscard]] Touched replace(std::vector<model::Object> objects);

  // Oldest first: creationTimestamp, then namespace/name. An object without a timestamp is older
  // than one with: in a directory, where none is written, all are alike.
  [[nodiscard]] std::vector<const model::MailServer*> mail_servers() const;
  [[nodiscard]] const model::MailServer* mail_server(const model::ObjectKey& key) const;
  [[nodiscard]] const model::SecretObject* secret(std::string_view object_namespace,
                                                  std::string_view name) const;
  [[nodiscard]] const model::ConfigMapObject* config_map(std::string_view object_namespace,
                                                         std::string_view name) const;
  [[nodiscard]] const model::ServiceObject* service(std::string_view object_namespace,
                                                    std::string_view name) const;
  // The EndpointSlices of a Service, by name.
  [[nodiscard]] std::vector<const model::EndpointSliceObject*> slices(
      std::string_view object_namespace, std::string_view service) const;
  // Neither lives in a namespace.
  [[nodiscard]] const model::MailClass* mail_class(std::string_view name) const;
  [[nodiscard]] const model::NamespaceObject* name_space(std::string_view name) const;
  [[nodiscard]] const model::IngressClass* ingress_class(std::string_view name) const;
  // By name.
  [[nodiscard]] std::vector<const model::IngressClass*> ingress_classes() const;
  // Some ReferenceGrant in the namespace of `wanted` lets MailServers of `from` refer to it.
  [[nodiscard]] bool grants(std::string_view from, const model::ObjectKey& wanted) const;

  [[nodiscard]] std::size_t size() const { return objects_.size(); }
  [[nodiscard]] std::vector<model::ObjectKey> keys() const;
  // Null: there is no such object.
  [[nodiscard]] const model::Object* object(const model::ObjectKey& key) const;
  // MailServers that name it, whether it is there or not.
  [[nodiscard]] std::set<model::ObjectKey> named_by(const model::ObjectKey& key) const;

 private:
  using Age = std::pair<std::string, std::string>;  // creationTimestamp, path

  template <class T>
  [[nodiscard]] const T* find(std::string_view kind, std::string_view object_namespace,
                              std::string_view name) const;
  // Whom this object touches when it comes, goes or changes as a whole.
  [[nodiscard]] Touched touched_by(const model::Object& object, Extent extent) const;
  // MailServers of a namespace: rules of a class look at its labels.
  void add_inhabitants(const std::string& object_namespace, Touched& out) const;
  // MailServers that name something in the namespace of a grant, and are of another.
  void add_strangers(const std::string& object_namespace, Touched& out) const;
  void enter(const model::Object& object);
  void leave(const model::Object& object);

  std::map<model::ObjectKey, model::SharedObject> objects_;  // the source holds them too
  std::map<Age, const model::MailServer*> by_age_;
  std::map<model::ObjectKey, std::set<model::ObjectKey>> named_by_;        // object → MailServers
  std::map<model::ObjectKey, std::set<model::ObjectKey>> named_by_class_;  // object → MailClasses
  std::map<model::ObjectKey, std::set<model::ObjectKey>> slices_of_;  // Service → EndpointSlices
};

}  // namespace postern::world
