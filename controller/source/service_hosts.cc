#include "controller/source/service_hosts.h"

#include <utility>

namespace postern::source {

std::set<std::string> service_hosts(const model::Object& object) {
  std::set<std::string> out;
  const auto* server = model::as<model::MailServer>(object);
  if (server == nullptr) return out;
  for (const model::ProviderSpec& provider : server->providers) {
    if (provider.http() == nullptr) continue;
    std::string host = provider.http()->endpoint.name_to_resolve();
    if (!host.empty()) out.insert(std::move(host));
  }
  return out;
}

}  // namespace postern::source
