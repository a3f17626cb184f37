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

const config::ResourceKey& key_behind(const config::ResourceKey* key) { return *key; }

}  // namespace

Needs needs_of(const config::Resource& resource) {
  Needs needs;
  if (const auto* backend = resource.as<config::Backend>()) {
    add_needs(*backend, needs);
  }
  if (const auto* provider = resource.as<config::Provider>()) {
    add_needs(*provider, needs);
  }
  if (const auto* server = resource.as<config::Server>()) add_needs(*server, needs);
  if (const auto* listener = resource.as<config::Listener>()) {
    add_needs(*listener, needs);
  }
  return needs;
}

bool need_the_same(const config::Resource& a, const config::Resource& b) {
  if (a.type() != b.type()) return false;
  if (const auto* backend = a.as<config::Backend>()) {
    const auto& other = b.get<config::Backend>();
    return backend->tls.trust == other.tls.trust &&
           backend->tls.client_key_pair == other.tls.client_key_pair &&
           std::ranges::equal(backend->ports, other.ports, {}, master_of, master_of);
  }
  if (a.as<config::Provider>() != nullptr) return needs_of(a) == needs_of(b);
  if (const auto* server = a.as<config::Server>()) {
    const auto& other = *b.as<config::Server>();
    return config::secrets_of(server->tls) == config::secrets_of(other.tls) &&
           server->providers == other.providers && server->domain_tables == other.domain_tables &&
           std::ranges::equal(server->routing.tables, other.routing.tables, {},
                              &config::RoutingTable::table, &config::RoutingTable::table);
  }
  if (const auto* listener = a.as<config::Listener>()) {
    return std::ranges::equal(listener->tenants, b.get<config::Listener>().tenants, {},
                              &config::Tenant::server, &config::Tenant::server);
  }
  return true;
}

void Dependants::change(const config::ResourceKey& of, const Needs& before, const Needs& now) {
  for (const config::ResourceKey& named : before) {
    if (!now.contains(named)) remove(named, of);
  }
  for (const config::ResourceKey& named : now) {
    if (!before.contains(named)) add(named, of);
  }
}

void Dependants::add(const config::ResourceKey& named, const config::ResourceKey& of) {
  List& list = by_named_[named];
  if (list.one != nullptr && *list.one == of) return;
  if (list.one != nullptr && !list.more) list.more = std::make_unique<std::vector<Who>>();
  const auto at = list.more ? std::ranges::lower_bound(*list.more, of, {}, key_behind)
                            : std::vector<Who>::iterator();
  if (list.more && at != list.more->end() && **at == of) return;
  const auto naming = naming_.try_emplace(of, 0).first;
  ++naming->second;
  if (list.one == nullptr) {
    list.one = &naming->first;
  } else {
    list.more->insert(at, &naming->first);
  }
}

void Dependants::remove(const config::ResourceKey& named, const config::ResourceKey& of) {
  const auto found = by_named_.find(named);
  if (found == by_named_.end()) return;
  List& list = found->second;
  if (*list.one == of) {
    list.one = nullptr;
    if (list.more && !list.more->empty()) {
      list.one = list.more->back();
      list.more->pop_back();
    }
  } else {
    if (!list.more) return;
    const auto at = std::ranges::lower_bound(*list.more, of, {}, key_behind);
    if (at == list.more->end() || **at != of) return;
    list.more->erase(at);
  }
  if (list.one == nullptr) by_named_.erase(found);
  const auto naming = naming_.find(of);
  if (--naming->second == 0) naming_.erase(naming);
}

std::vector<config::ResourceKey> Dependants::of(const config::ResourceKey& named) const {
  std::vector<config::ResourceKey> all;
  const auto found = by_named_.find(named);
  if (found == by_named_.end()) return all;
  all.push_back(*found->second.one);
  if (found->second.more) {
    for (const Who who : *found->second.more) all.push_back(*who);
    std::ranges::sort(all);
  }
  return all;
}

}  // namespace postern::adopt
