#include "proxy/adopt/prepare.h"

#include <algorithm>
#include <utility>

#include "proxy/adopt/prepare_work.h"

namespace postern::adopt {

namespace {

using config::ResourceKey;
using config::ResourceType;

std::shared_ptr<const config::EndpointSet> endpoints_of(const Held& held) {
  if (!held) return nullptr;
  return {held, &std::get<config::EndpointSet>(held->body)};
}

}  // namespace

Preparer::Preparer(const Clock& clock) : tls_(clock) {}

Preparation Preparer::prepare(Wishes wishes) {
  const net::Prepared nothing;
  const net::Prepared& before = prepared_ ? *prepared_ : nothing;
  Work work{Candidate(accepted_, waiting_, dependants_),
            config::Snapshot::Draft(effective_),
            net::TlsClients::Draft(before.tls_clients),
            net::ReadyProviders::Draft(before.providers),
            net::ReadyPatterns::Draft(before.patterns),
            before.tls_servers,
            before.domains};
  for (const Held& resource : wishes.upserts) work.all.want(resource);
  for (const ResourceKey& key : wishes.removals) work.all.drop(key);
  // Each refusal takes something back, so there is an end.
  while (const auto key = work.all.next()) examine(*key, work);
  tenants_.forget_doubted();
  return finish(work, std::move(wishes.version));
}

void Preparer::examine(const ResourceKey& key, Work& work) {
  const Held held = work.all.find(key);
  if (!held) return gone(key, work);
  switch (key.type) {
    case ResourceType::Secret: return examine_secret(key, held, work);
    case ResourceType::Backend: return examine_backend(key, held, work);
    case ResourceType::Endpoints: return work.effective.put(held);
    case ResourceType::Table: return examine_table(key, held, work);
    case ResourceType::Provider: return examine_provider(key, held, work);
    case ResourceType::Server: return examine_server(key, held, work);
    case ResourceType::Listener: return examine_listener(key, held, work);
    case ResourceType::Class: return work.effective.put(held);
    case ResourceType::TicketKeys: return;  // never in what sessions hold: see take_ticket_keys()
  }
}

void Preparer::gone(const ResourceKey& key, Work& work) {
  if (key.type == ResourceType::Backend) work.clients.erase(key.name);
  if (key.type == ResourceType::Provider) work.providers.erase(key.name);
  if (key.type == ResourceType::Server) {
    work.patterns.erase(key.name);
    touch(key.name, work);
  }
  if (key.type == ResourceType::Listener) close(key, work);
  work.effective.erase(key);
  work.all.touch_dependants(key);
}

void Preparer::touch(const std::string& server, Work& work) {
  tenants_.doubt(server);
  work.touched.insert(server);
}

Preparation Preparer::finish(Work& work, std::string version) {
  const config::Snapshot held_before = accepted_;
  Candidate::Verdict verdict = work.all.finish(version);
  accepted_ = std::move(verdict.accepted);
  for (const ResourceKey& key : verdict.changed) {
    std::size_t& count = counts_[static_cast<std::size_t>(key.type)];
    count += accepted_.find(key) ? 1 : 0;
    count -= held_before.find(key) ? 1 : 0;
  }
  Preparation out;
  out.changed = std::move(verdict.changed);
  out.recovered = std::move(verdict.recovered);
  out.errors = std::move(verdict.errors);
  const config::Snapshot served_before = std::move(effective_);
  effective_ = work.effective.finish(std::move(version));
  effective_.share_parts_with(accepted_);
  tell_changes(served_before, out);
  // Who serves a backend is no reason for a new snapshot, and keys of tickets are not in it.
  const auto beside = std::ranges::count(out.changed, ResourceType::TicketKeys, &ResourceKey::type);
  if (beside > 0) take_ticket_keys();
  const std::size_t in_snapshot = out.changed.size() - static_cast<std::size_t>(beside);
  if (prepared_ && in_snapshot == out.endpoints.size()) return out;
  auto prepared = std::make_shared<net::Prepared>();
  prepared->snapshot = std::make_shared<const config::Snapshot>(effective_);
  prepared->tls_servers = std::move(work.servers);
  prepared->tls_clients = work.clients.finish();
  prepared->providers = work.providers.finish();
  prepared->domains = std::move(work.domains);
  prepared->patterns = work.patterns.finish();
  prepared_ = std::move(prepared);
  out.prepared = prepared_;
  return out;
}

// At once: a ticket of the new keys may come from another proxy. A snapshot would keep the old keys
// for as long as some session holds it.
void Preparer::take_ticket_keys() {
  const Held held = accepted_.find(ResourceType::TicketKeys, config::kTicketKeysName);
  tls_.take_ticket_keys(held ? std::shared_ptr<const config::TicketKeys>(
                                   held, &std::get<config::TicketKeys>(held->body))
                             : nullptr);
}

void Preparer::tell_changes(const config::Snapshot& before, Preparation& out) const {
  for (const ResourceKey& key : out.changed) {
    const Held now = effective_.find(key);
    if (key.type == ResourceType::Endpoints) {
      out.endpoints.push_back({key.name, endpoints_of(now)});
    } else if (key.type == ResourceType::Listener && now) {
      out.listeners.push_back(listener_in(now));
    } else if (key.type == ResourceType::Listener) {
      out.closed.push_back(listener_in(before.find(key))->port);
    }
  }
}

std::vector<ResourceKey> Preparer::names() const {
  std::vector<ResourceKey> all;
  accepted_.each([&](const Held& held) { all.push_back(held->key()); });
  for (const auto& [key, held] : waiting_) {
    if (!accepted_.find(key)) all.push_back(key);
  }
  return all;
}

std::vector<ResourceKey> Preparer::waiting() const {
  std::vector<ResourceKey> all;
  all.reserve(waiting_.size());
  for (const auto& [key, held] : waiting_) all.push_back(key);
  return all;
}

}  // namespace postern::adopt
