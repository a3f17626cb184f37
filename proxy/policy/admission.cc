#include "proxy/policy/admission.h"

#include <fmt/format.h>

#include "common/base/ascii.h"

namespace postern::policy {

bool hostname_matches(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with("*.")) return pattern == name;
  const std::string_view suffix = pattern.substr(1);  // ".example.com"
  return name.size() > suffix.size() && name.ends_with(suffix);
}

const config::Tenant* tenant_named(const config::Listener& listener, std::string_view name) {
  const config::Tenant* best = nullptr;
  std::size_t best_length = 0;
  for (const config::Tenant& tenant : listener.tenants) {
    for (const std::string& pattern : tenant.hostnames) {
      if (pattern == name) return &tenant;
      if (hostname_matches(pattern, name) && pattern.size() > best_length) {
        best = &tenant;
        best_length = pattern.size();
      }
    }
  }
  return best;
}

Decision admit_connection(const config::Listener& listener) {
  if (!listener.tenants.empty()) return Decision::allow();
  return Decision::deny(Denial::NothingServed,
                        fmt::format("no MailServer is left on port {}", listener.port));
}

Decision admit_name(const config::Listener& listener, const config::Server& oldest,
                    std::string_view asked_name) {
  if (asked_name.empty() || tenant_named(listener, asked_name) != nullptr) return Decision::allow();
  if (oldest.tls.unknown_names == config::UnknownNames::FirstCertificate) return Decision::allow();
  return Decision::deny(Denial::UnknownName, fmt::format("no MailServer on port {} has the name {}",
                                                         listener.port, printable(asked_name)));
}

}  // namespace postern::policy
