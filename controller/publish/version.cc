#include "controller/publish/version.h"

#include "common/base/digest.h"
#include "common/wire/snapshot_codec.h"

namespace postern::publish {

Wanted stamp(std::vector<config::Resource> resources, const Wanted& last) {
  Wanted wanted;
  for (config::Resource& resource : resources) {
    config::ResourceKey key = resource.key();
    resource.version = wire::version_of(resource);
    const auto before = last.find(key);
    const bool same = before != last.end() && before->second->version == resource.version &&
                      before->second->sources == resource.sources;
    wanted[std::move(key)] =
        same ? before->second : std::make_shared<const config::Resource>(std::move(resource));
  }
  return wanted;
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
