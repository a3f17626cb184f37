#include "proxy/app/config_page.h"

#include <fmt/format.h>

namespace postern::proxy_app {

std::string config_page(const config::Snapshot* snapshot) {
  if (!snapshot) return "nothing is in force yet\n";
  std::string out = fmt::format("version {}\n", snapshot->version());
  for (const auto& [key, resource] : snapshot->resources()) {
    // The version is a hash of the whole body, key material included.
    out += fmt::format("{} {} {}", name_of(key.type), key.name, resource->version);
    for (const config::SourceRef& source : resource->sources) {
      out += fmt::format(" {}:{}/{}", source.kind, source.object_namespace, source.name);
    }
    out += '\n';
  }
  return out;
}

}  // namespace postern::proxy_app
