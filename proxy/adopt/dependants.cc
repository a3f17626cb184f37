#include "proxy/adopt/dependants.h"

#include <algorithm>

namespace postern::adopt {

namespace {

using config::ResourceType;

void add_needs(const config::BackendTls& tls, Needs& needs) {
  for (const std::string& name : tls.trust) needs.insert({ResourceType::Secret, name});
  if (!tls.client_key_pair.empty()) needs.insert({ResourceType::Secret, tls.client_key_pair});
}

void add_needs(const config::Backend& backend, Needs& needs) {
  add_needs(backend.tls, needs);
  for (const config::BackendPort& port : backend.ports) {
    if (!port.login.master.empty()) needs.insert({ResourceType::Secret, port.login.master});
  }
}

const std::string& master_of(const config::BackendPort& port) { return port.login.master; }

void add_needs(const config::Provider& provider, Needs& needs) {
  const auto* http = std::get_if<config::HttpProvider>(&provider.kind);
  if (http == nullptr) return;
  if (http->service.secure) add_needs(http->service.tls, needs);
  for (const config::HttpHeader& header : http->service.headers) {
    if (!header.secret.empty()) needs.insert({ResourceType::Secret, header.secret});
  }
}

void add_needs(const config::Server& server, Needs& needs) {
  for (const std::string& name : config::secrets_of(server.tls)) {
    needs.insert({ResourceType::Secret, name});
  }
  for (const std::string& name : server.providers) needs.insert({ResourceType::Provider, name});
  for (const std::string& name : server.domain_tables) needs.insert({ResourceType::Table, name});
  for (const config::RoutingTable& one : server.routing.tables) {
    if (!one.table.empty()) needs.insert({ResourceType::Table, one.table});
  }
}

void add_needs(const config::Listener& listener, Needs& needs) {
  for (const config::Tenant& tenant : listener.tenants) {
    needs.insert({ResourceType::Server, tenant.server});
  }
}

}  // namespace

Needs needs_of(const config::Resource& resource) {
  Needs needs;
  if (const auto* backend = std::get_if<config::Backend>(&resource.body)) {
    add_needs(*backend, needs);
  }
  if (const auto* provider = std::get_if<config::Provider>(&resource.body)) {
    add_needs(*provider, needs);
  }
  if (const auto* server = resource.as<config::Server>()) add_needs(*server, needs);
  if (const auto* listener = std::get_if<config::Listener>(&resource.body)) {
    add_needs(*listener, needs);
  }
  return needs;
}

bool need_the_same(const config::Resource& a, const config::Resource& b) {
  if (a.type() != b.type()) return false;
  if (const auto* backend = std::get_if<config::Backend>(&a.body)) {
    const auto& other = std::get<config::Backend>(b.body);
    return backend->tls.trust == other.tls.trust &&
           backend->tls.client_key_pair == other.tls.client_key_pair &&
           std::ranges::equal(backend->ports, other.ports, {}, master_of, master_of);
  }
  if (std::holds_alternative<config::Provider>(a.body)) return needs_of(a) == needs_of(b);
  if (const auto* server = a.as<config::Server>()) {
    const auto& other = *b.as<config::Server>();
    return config::secrets_of(server->tls) == config::secrets_of(other.tls) &&
           server->providers == other.providers && server->domain_tables == other.domain_tables &&
           std::ranges::equal(server->routing.tables, other.routing.tables, {},
                              &config::RoutingTable::table, &config::RoutingTable::table);
  }
  if (const auto* listener = std::get_if<config::Listener>(&a.body)) {
    return std::ranges::equal(listener->tenants, std::get<config::Listener>(b.body).tenants, {},
                              &config::Tenant::server, &config::Tenant::server);
  }
  return true;
}

void Dependants::change(const config::ResourceKey& of, const Needs& before, const Needs& now) {
  for (const config::ResourceKey& named : before) {
    if (now.contains(named)) continue;
    const auto found = by_named_.find(named);
    if (found == by_named_.end()) continue;
    std::vector<config::ResourceKey>& names = found->second;
    const auto at = std::ranges::lower_bound(names, of);
    if (at != names.end() && *at == of) names.erase(at);
    if (names.empty()) by_named_.erase(found);
  }
  for (const config::ResourceKey& named : now) {
    if (before.contains(named)) continue;
    std::vector<config::ResourceKey>& names = by_named_[named];
    const auto at = std::ranges::lower_bound(names, of);
    if (at == names.end() || *at != of) names.insert(at, of);
  }
}

const std::vector<config::ResourceKey>& Dependants::of(const config::ResourceKey& named) const {
  static const std::vector<config::ResourceKey> nobody;
  const auto found = by_named_.find(named);
  return found == by_named_.end() ? nobody : found->second;
}

}  // namespace postern::adopt
