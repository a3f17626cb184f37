// LISTENER resources: ports that MailServers share. Servers come oldest first, so whoever is there
// already is older.
#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "controller/build/checks.h"
#include "controller/build/conflicts.h"
#include "controller/build/passes.h"
#include "controller/build/words.h"

namespace postern::build {
namespace {

using Ports = std::map<std::uint16_t, config::Listener>;

struct Wish {
  const model::ListenerSpec& spec;
  Protocol protocol;
  std::string field;  // "spec.protocols.imap.listeners[0]"
};

config::Listener listener_of(const Wish& wish) {
  config::Listener out;
  out.port = wish.spec.port;
  out.protocol = wish.protocol;
  out.tls = listener_tls_word(wish.spec.tls);
  return out;
}

// Certificates were remarked on where they are missing; what needs them is off.
bool can_speak_tls(const ServerDraft& server, config::ListenerTls tls) {
  return tls == config::ListenerTls::Disabled || !server.key_pairs.empty();
}

void warn_of_clear_text(ServerDraft& server, const Wish& wish) {
  if (wish.spec.plaintext != "Allow") return;
  server.remark(
      insecure(wish.field + ".plaintext", "PlaintextLogin",
               fmt::format("passwords may come in clear text on port {}", wish.spec.port)));
}

void claim(ServerDraft& server, const Wish& wish, Ports& ports) {
  const config::Listener wanted = listener_of(wish);
  if (!can_speak_tls(server, wanted.tls)) return;
  const auto taken = ports.find(wanted.port);
  const config::Listener& shared = taken == ports.end() ? wanted : taken->second;
  if (auto lost = check_shared_port(shared, wanted, wish.field)) {
    server.remark(std::move(lost));
    return;
  }
  config::Tenant tenant;
  tenant.server = server.path;
  tenant.hostnames = free_hostnames(shared, server.spec->hostnames);
  tenant.plaintext =
      wish.spec.plaintext == "Allow" ? config::Plaintext::Allow : config::Plaintext::Refuse;
  tenant.max_connections = wish.spec.max_connections;
  for (std::size_t i = 0; i < server.spec->hostnames.size(); ++i) {
    const std::string& hostname = server.spec->hostnames[i];
    if (std::ranges::count(tenant.hostnames, hostname) > 0) continue;
    server.remark(lost_hostname(fmt::format("spec.hostnames[{}]", i), wanted.port, hostname));
  }
  if (tenant.hostnames.empty()) return;  // nobody could reach it by name
  warn_of_clear_text(server, wish);
  ports.try_emplace(wanted.port, wanted).first->second.tenants.push_back(std::move(tenant));
  server.served.push_back({wanted.port, wanted.protocol, wanted.tls});
}

void claim_ports(ServerDraft& server, Ports& ports) {
  for (const model::ProtocolSpec& protocol : server.spec->protocols) {
    if (server.server.offer(protocol.protocol) == nullptr) continue;
    for (std::size_t i = 0; i < protocol.listeners.size(); ++i) {
      claim(server,
            {protocol.listeners[i], protocol.protocol,
             fmt::format("spec.protocols.{}.listeners[{}]", field_key(protocol.protocol), i)},
            ports);
    }
  }
  if (!server.served.empty()) return;
  server.remark(Remark{"spec.protocols", "NoListeners",
                       "nothing is served: every listener is off, for the reasons told beside"});
}

}  // namespace

void build_listeners(Draft& draft) {
  Ports ports;
  for (ServerDraft& server : draft.servers()) claim_ports(server, ports);
  std::map<std::string, const model::Meta*> metas;
  for (const ServerDraft& server : draft.servers()) metas[server.path] = &server.spec->meta;
  for (const auto& [port, listener] : ports) {
    for (const config::Tenant& tenant : listener.tenants) {
      draft.add(std::to_string(port), listener, *metas[tenant.server]);
    }
  }
}

}  // namespace postern::build
