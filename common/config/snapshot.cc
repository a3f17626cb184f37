#include "common/config/snapshot.h"

namespace postern::config {

template <class T>
const T* Snapshot::find(ResourceType type, std::string_view name) const {
  const auto found = resources_.find(ResourceKey{type, std::string(name)});
  return found == resources_.end() ? nullptr : std::get_if<T>(&found->second->body);
}

const Listener* Snapshot::listener(std::uint16_t port) const {
  return find<Listener>(ResourceType::Listener, std::to_string(port));
}
const Server* Snapshot::server(std::string_view name) const {
  return find<Server>(ResourceType::Server, name);
}
const Backend* Snapshot::backend(std::string_view name) const {
  return find<Backend>(ResourceType::Backend, name);
}
const EndpointSet* Snapshot::endpoints(std::string_view backend) const {
  return find<EndpointSet>(ResourceType::Endpoints, backend);
}
const SecretMaterial* Snapshot::secret(std::string_view name) const {
  return find<SecretMaterial>(ResourceType::Secret, name);
}

}  // namespace postern::config
