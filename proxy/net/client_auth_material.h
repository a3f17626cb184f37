// What the certificates of clients are verified with, by the names of the SECRET resources. Read
// while a tenant is made only.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/config/secret_material.h"

namespace postern::net {

struct ClientAuthMaterial {
  using Bundles = std::vector<std::pair<std::string, const config::TrustBundle*>>;
  Bundles trust;        // in order of the refs
  Bundles revocations;  // in order of the refs
};

}  // namespace postern::net
