// /config: resources for people, one a line, by key: type, name, version, what a secret is, where
// it came from. Never key material: a secret is its version, which is a hash, its names and its
// date.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/resource.h"

namespace postern::config {

[[nodiscard]] std::string config_page(std::string_view version,
                                      std::vector<std::shared_ptr<const Resource>> resources);

}  // namespace postern::config
