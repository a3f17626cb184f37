#include "proxy/policy/tenancy.h"

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "proxy/policy/auth_chain.h"

namespace postern::policy {

namespace {

bool has_domain(std::string_view account) { return account.find('@') != std::string_view::npos; }

std::optional<config::TlsVersion> version_named(std::string_view text) {
  using config::TlsVersion;
  if (text == "TLSv1") return TlsVersion::Tls10;
  if (text == "TLSv1.1") return TlsVersion::Tls11;
  if (text == "TLSv1.2") return TlsVersion::Tls12;
  if (text == "TLSv1.3") return TlsVersion::Tls13;
  return std::nullopt;
}

}  // namespace

bool takes_name(const config::Server& server, const config::Snapshot& snapshot,
                std::string_view account) {
  if (server.takes_every_domain() || !has_domain(account)) return true;
  return config::names_domain(server, snapshot, lower(domain_of(account)));
}

std::optional<std::size_t> tenant_of(std::string_view account, const config::Listener& listener,
                                     const config::Snapshot& snapshot,
                                     const config::TenantDomains& domains) {
  if (has_domain(account)) {
    const auto own = domains.find(lower(domain_of(account)), listener, snapshot);
    if (own) return own;
  }
  return domains.unbounded();
}

Decision may_enter(const config::Server& server, config::Plaintext plaintext, Facts facts,
                   std::string_view version) {
  if (facts.tls != ClientTls::Established && plaintext == config::Plaintext::Refuse) {
    return Decision::deny(Denial::TlsRequired, "login before TLS is refused on this listener");
  }
  const auto met = version_named(version);
  const bool fits =
      version.empty() || (met && *met >= server.tls.min_version && *met <= server.tls.max_version);
  if (!fits) {
    return Decision::deny(Denial::TlsTooWeak,
                          fmt::format("{} is not what this MailServer takes", version));
  }
  return Decision::allow();
}

}  // namespace postern::policy
