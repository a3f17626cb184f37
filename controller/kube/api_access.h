// ApiAccess: where the API server is, and who we are to it. A plain value, made by the two who know
// (in_cluster.h, kubeconfig.h) and by tests. Never printed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/secret.h"

namespace postern::kube {

// Octets that are given, or those of a file, which may change.
struct Material {
  std::string file = {};
  SharedSecret given = {};
  [[nodiscard]] bool empty() const { return file.empty() && given.empty(); }
};

struct ApiAccess {
  bool tls = true;
  std::string host;  // a name or an address, without brackets
  std::uint16_t port = 443;
  std::string prefix = {};       // before each target; no slash at its end
  std::string server_name = {};  // whom the certificate must name; empty: host
  bool unverified = false;       // whoever answers is believed
  Material authorities = {};     // none: the system's
  Material certificate = {};     // of ours, if we have one; both or none
  Material key = {};
  Material token = {};  // a file wins; until it can be read, what is given counts
};

// What in_cluster and read_kubeconfig found.
struct FoundAccess {
  ApiAccess access = {};
  std::string in_namespace = {};           // ours, or the context's; may be empty
  std::vector<std::string> warnings = {};  // sentences
};

}  // namespace postern::kube
