// Key pairs of MailServers. A bad certificate takes down its own names and no more.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "controller/build/checks.h"
#include "controller/build/passes.h"
#include "controller/build/secrets.h"

namespace postern::build {
namespace {

bool covered(const ServerDraft& server, const std::string& hostname) {
  return std::ranges::any_of(server.key_pairs, [&](const std::string& name) {
    const auto& pair = std::get<config::KeyPair>(server.secrets.at(name)->material);
    return certificate_covers(pair.dns_names, hostname);
  });
}

void check_hostnames(ServerDraft& server) {
  for (std::size_t i = 0; i < server.spec->hostnames.size(); ++i) {
    const std::string& hostname = server.spec->hostnames[i];
    if (std::ranges::count(server.hostnames, hostname) == 0) continue;  // the class keeps it off
    if (covered(server, hostname)) continue;
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

void build_identities(const Setting& setting, ServerDraft& server) {
  if (!server.spec->tls) return;
  const auto& refs = server.spec->tls->certificate_refs;
  for (std::size_t i = 0; i < refs.size(); ++i) {
    const std::string field = fmt::format("spec.tls.certificateRefs[{}]", i);
    if (auto name = add_key_pair(setting, server, refs[i], field)) {
      server.key_pairs.push_back(std::move(*name));
    }
  }
  // Without any certificate the names are the smaller trouble, and the references were named.
  if (!server.key_pairs.empty()) check_hostnames(server);
  check_version(server);
}

}  // namespace postern::build
