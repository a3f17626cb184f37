// In a pod: the API server as the kubelet tells of it, and the ServiceAccount that is mounted.
#pragma once

#include <string>

#include "common/base/result.h"
#include "controller/kube/api_access.h"

namespace postern::kube {

struct ClusterEnvironment {
  std::string host;  // KUBERNETES_SERVICE_HOST
  std::string port;  // KUBERNETES_SERVICE_PORT
  std::string folder = "/var/run/secrets/kubernetes.io/serviceaccount";
};
[[nodiscard]] ClusterEnvironment cluster_environment();

// Or a sentence why we are in no cluster, and what to do.
[[nodiscard]] Result<FoundAccess, std::string> in_cluster(const ClusterEnvironment& environment);

}  // namespace postern::kube
