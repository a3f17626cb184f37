#include "controller/build/conflicts.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace postern::build {
namespace {

std::string_view tls_word(config::ListenerTls tls) {
  switch (tls) {
    case config::ListenerTls::Implicit: return "Implicit";
    case config::ListenerTls::StartTls: return "StartTLS";
    case config::ListenerTls::Disabled: return "Disabled";
  }
  return "?";
}

}  // namespace

std::optional<Remark> check_shared_port(const config::Listener& shared,
                                        const config::Listener& wanted, std::string field) {
  if (shared.protocol == wanted.protocol && shared.tls == wanted.tls) return std::nullopt;
  return Remark{std::move(field), "ProtocolConflict",
                fmt::format("port {} is {} with tls: {} for an older MailServer: take the same, or "
                            "another port",
                            shared.port, name_of(shared.protocol), tls_word(shared.tls))};
}

std::vector<std::string> free_hostnames(const config::Listener& shared,
                                        const std::vector<std::string>& wanted) {
  std::vector<std::string> out;
  for (const std::string& hostname : wanted) {
    const bool taken = std::ranges::any_of(shared.tenants, [&](const config::Tenant& tenant) {
      return std::ranges::count(tenant.hostnames, hostname) > 0;
    });
    if (!taken) out.push_back(hostname);
  }
  return out;
}

Remark lost_hostname(std::string field, std::uint16_t port, const std::string& hostname) {
  return {std::move(field), "HostnameConflict",
          fmt::format("an older MailServer has {} on port {}", hostname, port)};
}

}  // namespace postern::build
