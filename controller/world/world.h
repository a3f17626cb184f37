// World: what exists now, by key. A source puts objects in; apply(), remove() and replace() answer
// "does it matter?": whether something that a build looks at is another than before. Lookups give
// null for what does not exist. Never judges an object; build does.
// Thread: belongs to the control loop.
#pragma once

#include <cstddef>
#include <map>
#include <string_view>
#include <vector>

#include "controller/model/objects.h"

namespace postern::world {

class World {
 public:
  // An object is new or has changed; one that equals what is known does not matter, nor does one
  // that no MailServer names.
  [[nodiscard]] bool apply(model::Object object);
  [[nodiscard]] bool remove(const model::ObjectKey& key);
  // These objects and no others exist.
  [[nodiscard]] bool replace(std::vector<model::Object> objects);

  // Oldest first: creationTimestamp, then namespace/name. An object without a timestamp is older
  // than one with: in a directory, where none is written, all are alike.
  [[nodiscard]] std::vector<const model::MailServer*> mail_servers() const;
  [[nodiscard]] const model::SecretObject* secret(std::string_view object_namespace,
                                                  std::string_view name) const;
  [[nodiscard]] const model::ConfigMapObject* config_map(std::string_view object_namespace,
                                                         std::string_view name) const;
  [[nodiscard]] const model::ServiceObject* service(std::string_view object_namespace,
                                                    std::string_view name) const;
  // The EndpointSlices of a Service, by name.
  [[nodiscard]] std::vector<const model::EndpointSliceObject*> slices(
      std::string_view object_namespace, std::string_view service) const;

  [[nodiscard]] std::size_t size() const { return objects_.size(); }

 private:
  template <class T>
  [[nodiscard]] const T* find(std::string_view kind, std::string_view object_namespace,
                              std::string_view name) const;
  [[nodiscard]] bool matters(const model::Object& object) const;
  void count_references(const model::Object& object, int change);

  std::map<model::ObjectKey, model::Object> objects_;
  std::map<model::ObjectKey, int> named_;  // by how many MailServers
};

}  // namespace postern::world
