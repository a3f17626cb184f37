#include "proxy/policy/referred.h"

#include <algorithm>

#include "common/base/ascii.h"

namespace postern::policy {

namespace {

// "dovecot-1" or "dovecot-1.dovecot.mail.svc".
bool is_named(const BackendView& view, const config::Endpoint& endpoint, std::string_view name) {
  const std::string id = lower(endpoint.id);
  if (!name.starts_with(id)) return false;
  name.remove_prefix(id.size());
  if (name.empty()) return true;
  if (!name.starts_with('.') || view.backend == nullptr) return false;
  name.remove_prefix(1);
  return std::ranges::any_of(view.backend->tls.server_names, [&](const std::string& one) {
    return equal_ignoring_case(one, name);
  });
}

}  // namespace

std::optional<Directed> referred_to(const ReferredHost& host, Protocol protocol,
                                    std::span<const BackendView> backends) {
  if (host.ip) return member_at(ServerAddress{{*host.ip, host.port}}, protocol, backends);
  for (const BackendView& view : backends) {
    if (view.endpoints == nullptr) continue;
    for (const config::Endpoint& endpoint : view.endpoints->endpoints) {
      const std::uint16_t port = endpoint.port(protocol);
      if (port == 0 || !is_named(view, endpoint, host.name)) continue;
      return Directed{std::string(view.name),
                      {endpoint.id, ServerAddress{{endpoint.address, port}}}};
    }
  }
  return std::nullopt;
}

}  // namespace postern::policy
