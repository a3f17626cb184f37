// /config: what is in force, for people; secrets as hashes.
#pragma once

#include <string>

#include "common/config/snapshot.h"

namespace postern::proxy_app {

[[nodiscard]] std::string config_page(const config::Snapshot* snapshot);

}  // namespace postern::proxy_app
