// Key pairs of MailServers. A bad certificate takes down its own names and no more.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "controller/build/checks.h"
#include "controller/build/passes.h"
#include "controller/build/secrets.h"

namespace postern::build {
namespace {

bool covered(const Draft& draft, const ServerDraft& server, const std::string& hostname) {
  return std::ranges::any_of(server.spec->tls->certificate_refs, [&](const model::ObjectRef& ref) {
    if (std::ranges::count(server.key_pairs, ref.object_namespace + "/" + ref.name) == 0) {
      return false;  // cannot be used
    }
    const model::SecretObject* secret = draft.world().secret(ref.object_namespace, ref.name);
    return certificate_covers(secret->certificate->dns_names, hostname);
  });
}

void check_hostnames(const Draft& draft, ServerDraft& server) {
  for (std::size_t i = 0; i < server.spec->hostnames.size(); ++i) {
    const std::string& hostname = server.spec->hostnames[i];
    if (covered(draft, server, hostname)) continue;
    server.remark(Remark{fmt::format("spec.hostnames[{}]", i), "HostnameNotCovered",
                         fmt::format("no certificate in spec.tls.certificateRefs has the "
                                     "name {}: clients that check names will refuse it",
                                     hostname),
                         model::Severity::Warning});
  }
}

void check_version(ServerDraft& server) {
  const std::string& oldest = server.spec->tls->min_version;
  if (oldest != "TLSv1" && oldest != "TLSv1.1") return;
  server.remark(insecure("spec.tls.minVersion", "ObsoleteTLS",
                         fmt::format("{} is broken: take TLSv1.2", oldest)));
}

}  // namespace

void build_identities(Draft& draft) {
  for (ServerDraft& server : draft.servers()) {
    if (!server.spec->tls) continue;
    const auto& refs = server.spec->tls->certificate_refs;
    for (std::size_t i = 0; i < refs.size(); ++i) {
      const std::string field = fmt::format("spec.tls.certificateRefs[{}]", i);
      if (auto name = add_key_pair(draft, server, refs[i], field)) {
        server.key_pairs.push_back(std::move(*name));
      }
    }
    // Without any certificate the names are the smaller trouble, and the references were named.
    if (!server.key_pairs.empty()) check_hostnames(draft, server);
    check_version(server);
  }
}

}  // namespace postern::build
