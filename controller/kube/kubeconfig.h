// kubeconfig: ApiAccess out of the file that kubectl uses: a context, its cluster and its user.
// What we cannot do as it says there (exec, auth-provider, passwords, impersonation, proxies) is
// refused by name, never left out. Used by the command line and by tests; a pod has in_cluster.h.
#pragma once

#include <string>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "controller/kube/api_access.h"

namespace postern::kube {

struct KubeconfigChoice {
  std::string context = {};  // empty: the file's current-context
  std::string folder = ".";  // what relative names of files are relative to
};

// Pure. Or a sentence why not; no value of the file is in it but names.
[[nodiscard]] Result<FoundAccess, std::string> parse_kubeconfig(ByteView yaml,
                                                                const KubeconfigChoice& choice);
// An empty context: the file's current one.
[[nodiscard]] Result<FoundAccess, std::string> read_kubeconfig(const std::string& path,
                                                               const std::string& context);

}  // namespace postern::kube
