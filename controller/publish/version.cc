#include "controller/publish/version.h"

#include "common/base/digest.h"
#include "common/wire/snapshot_codec.h"

namespace postern::publish {

Stamped stamp(std::vector<config::Resource> resources, const Wanted& last) {
  Stamped stamped;
  for (config::Resource& resource : resources) {
    config::ResourceKey key = resource.key();
    resource.version = wire::version_of(resource);
    const auto before = last.find(key);
    const bool known = before != last.end();
    if (known && before->second->version == resource.version &&
        before->second->sources == resource.sources) {
      stamped.wanted[std::move(key)] = before->second;
      continue;
    }
    const bool fits = wire::octets_of(resource) <= kMostResourceOctets;
    auto shared = std::make_shared<const config::Resource>(std::move(resource));
    if (fits) {
      stamped.wanted[std::move(key)] = std::move(shared);
      continue;
    }
    stamped.too_large.push_back(std::move(shared));
    if (known) stamped.wanted[std::move(key)] = before->second;
  }
  return stamped;
}

std::string version_of(const Wanted& wanted) {
  std::string lines;
  for (const auto& [key, resource] : wanted) {
    lines += name_of(key.type);
    lines += '\0';  // neither names nor versions hold one
    lines += key.name;
    lines += '\0';
    lines += resource->version;
    lines += '\0';
  }
  return hex(sha256(lines)).substr(0, 32);
}

}  // namespace postern::publish
