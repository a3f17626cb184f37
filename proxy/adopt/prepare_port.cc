// LISTENERs: with the tenants that are here, ready for TLS, and found by their domains.
#include <algorithm>
#include <utility>

#include "proxy/adopt/domain_index.h"
#include "proxy/adopt/prepare_work.h"

namespace postern::adopt {

namespace {

using config::ResourceKey;
using config::ResourceType;

const Tenants* tenants_in(const Held& listener) {
  return listener ? &listener_in(listener)->tenants : nullptr;
}

// One tenant's refusal is not the others'. The same again: all of them are here.
Held reduced(const Held& held, const Doubts& doubts, const Candidate& all) {
  const Tenants& tenants = *tenants_in(held);
  std::shared_ptr<config::Resource> out;
  for (auto at = doubts.tenants.rbegin(); at != doubts.tenants.rend(); ++at) {
    if (all.has(ResourceType::Server, tenants[*at].server)) continue;
    if (!out) out = std::make_shared<config::Resource>(*held);
    out->get<config::Listener>().tenants.erase(*at);
  }
  return out ? out : held;
}

}  // namespace

void Preparer::close(const ResourceKey& key, Work& work) {
  const Held before = effective_.find(key);
  if (!before) return;
  work.servers.erase(listener_in(before)->port);
  work.domains.erase(listener_in(before)->port);
}

// Ready as the port before had them, where that was of the same kind.
std::optional<std::vector<net::ReadyTenant>> Preparer::tenants_of(const Held& served,
                                                                  const Held& before, Work& work) {
  const auto listener = listener_in(served);
  const bool is_alike = before && listener_in(before)->protocol == listener->protocol;
  const net::TlsServer* const old = is_alike ? prepared_->tls_server(listener->port) : nullptr;
  const Doubts doubts =
      doubts_of(listener->tenants, old ? tenants_in(before) : nullptr, work.touched);
  std::vector<net::ReadyTenant> tenants(listener->tenants.size());
  if (old) {
    std::copy_n(old->tenants().begin(), doubts.shared.front, tenants.begin());
    std::copy_n(old->tenants().rbegin(), doubts.shared.back, tenants.rbegin());
  }
  for (const std::size_t i : doubts.tenants) {
    tenants[i] = tenants_.find(listener->protocol, listener->tenants[i].server, work.all, tls_);
    if (!tenants[i]) return std::nullopt;
  }
  return tenants;
}

void Preparer::examine_listener(const ResourceKey& key, const Held& held, Work& work) {
  const Held before = effective_.find(key);
  Held served =
      reduced(held, doubts_of(*tenants_in(held), tenants_in(before), work.touched), work.all);
  // The same again is the very same: what was made of its names can stay.
  const bool is_as_before =
      before && (before == served || (before->version == served->version &&
                                      *listener_in(before) == *listener_in(served)));
  if (is_as_before) served = before;
  const auto& listener = served->get<config::Listener>();
  if (listener.tenants.empty()) {
    return work.all.refuse(
        key, {ErrorCode::MissingDependency, "tenants", "none of its servers is here"});
  }
  if (listener.tls == config::ListenerTls::Disabled) {
    work.servers.erase(listener.port);
  } else {
    auto tenants = tenants_of(served, before, work);
    if (!tenants) return;  // refused, and so this one will be looked at again
    auto& server = work.servers[listener.port];
    const bool is_same = server && is_as_before && server->tenants() == *tenants;
    if (!is_same) {
      server = net::TlsServer::build(listener_in(served), std::move(*tenants), tls_, server.get());
    }
  }
  index_domains(served, before, work);
  work.effective.put(served);
}

// As the port before had them, but for tenants that are other than then.
void Preparer::index_domains(const Held& served, const Held& before, Work& work) const {
  const auto& listener = served->get<config::Listener>();
  DomainIndex old;
  if (before && prepared_) {
    const auto found = prepared_->domains.find(listener.port);
    if (found != prepared_->domains.end()) old = found->second;
  }
  const Doubts doubts =
      doubts_of(listener.tenants, old ? tenants_in(before) : nullptr, work.touched);
  auto& index = work.domains[listener.port];
  index = old;
  if (old && served == before && doubts.tenants.empty()) return;
  index = adopt::index_domains(listener, old, doubts, work.all);
}

}  // namespace postern::adopt
