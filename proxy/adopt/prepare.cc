#include "proxy/adopt/prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "proxy/adopt/domain_index.h"
#include "proxy/adopt/doubts.h"
#include "proxy/adopt/ready_routing.h"

namespace postern::adopt {

namespace {

using config::ResourceKey;
using config::ResourceType;

std::shared_ptr<const config::Listener> body_of(const Held& listener) {
  return {listener, &std::get<config::Listener>(listener->body)};
}

const Tenants* tenants_in(const Held& listener) {
  return listener ? &body_of(listener)->tenants : nullptr;
}

// One tenant's refusal is not the others'. The same again: all of them are here.
Held reduced(const Held& held, const Doubts& doubts, const Candidate& all) {
  const Tenants& tenants = *tenants_in(held);
  std::shared_ptr<config::Resource> out;
  for (auto at = doubts.tenants.rbegin(); at != doubts.tenants.rend(); ++at) {
    if (all.has(ResourceType::Server, tenants[*at].server)) continue;
    if (!out) out = std::make_shared<config::Resource>(*held);
    std::get<config::Listener>(out->body).tenants.erase(*at);
  }
  return out ? out : held;
}

// Of the authorities and revocation lists; empty: all are here.
std::string missing_bundle(const config::ClientCertificates& clients, const Candidate& all) {
  for (const auto* names : {&clients.trust, &clients.revocations}) {
    for (const std::string& name : *names) {
      if (!all.trust(name)) return name;
    }
  }
  return {};
}

std::shared_ptr<const config::EndpointSet> endpoints_of(const Held& held) {
  if (!held) return nullptr;
  return {held, &std::get<config::EndpointSet>(held->body)};
}

// Keys alone count in it.
bool is_set(const Held& table) {
  const auto& lines = std::get<config::Table>(table->body).lines;
  return lines.empty() || lines.front().backend.empty();
}

}  // namespace

// One preparation under way.
struct Preparer::Work {
  Candidate all;
  config::Snapshot::Draft effective;
  net::TlsClients::Draft clients;
  net::ReadyProviders::Draft providers;
  net::ReadyPatterns::Draft patterns;
  std::map<std::uint16_t, std::shared_ptr<const net::TlsServer>> servers;
  std::map<std::uint16_t, std::shared_ptr<const config::TenantDomains>> domains;
  std::vector<std::shared_ptr<const void>> read_pairs = {};  // so that they are read once
  Touched touched = {};                                      // servers that were looked at, or went
};

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

void Preparer::close(const ResourceKey& key, Work& work) {
  const Held before = effective_.find(key);
  if (!before) return;
  work.servers.erase(body_of(before)->port);
  work.domains.erase(body_of(before)->port);
}

void Preparer::examine_secret(const ResourceKey& key, const Held& secret, Work& work) {
  const auto& material = std::get<config::SecretMaterial>(secret->body);
  if (const auto* pair = std::get_if<config::KeyPair>(&material); pair && work.all.is_new(key)) {
    auto fits = net::check_key_pair(*pair, tls_);
    if (!fits) return work.all.refuse(key, {ErrorCode::BadCertificate, "key_pair", fits.error()});
    work.read_pairs.push_back(std::move(*fits));
  }
  work.effective.put(secret);
  work.all.touch_dependants(key);
}

std::shared_ptr<const net::TlsClient> Preparer::tls_client_of(const ResourceKey& key,
                                                              const ClientTls& wanted, Work& work) {
  const auto miss = [&](std::string_view field, const std::string& secret) {
    work.all.refuse_or_blame(key, secret,
                             {ErrorCode::MissingDependency,
                              fmt::format("{}.{}", wanted.field, field), secret + " is not here"});
    return nullptr;
  };
  net::TlsClientMaterial material{&wanted.tls, {}, nullptr};
  for (const std::string& name : wanted.tls.trust) {
    material.trust.push_back(work.all.trust(name));
    if (!material.trust.back()) return miss("trust", name);
  }
  if (const std::string& name = wanted.tls.client_key_pair; !name.empty()) {
    material.client_key_pair = work.all.key_pair(name);
    if (!material.client_key_pair) return miss("client_key_pair", name);
  }
  auto client = net::TlsClient::build(material);
  if (client) return std::move(*client);
  work.all.refuse_or_blame(key, "",
                           {ErrorCode::Invalid, std::string(wanted.field), client.error()});
  return nullptr;
}

void Preparer::examine_backend(const ResourceKey& key, const Held& held, Work& work) {
  const auto& backend = std::get<config::Backend>(held->body);
  for (std::size_t i = 0; i < backend.ports.size(); ++i) {
    const std::string& master = backend.ports[i].login.master;
    if (master.empty() || work.all.credentials(master)) continue;
    return work.all.refuse_or_blame(
        key, master,
        {ErrorCode::MissingDependency, fmt::format("ports[{}].login.master", i),
         master + " is not here"});
  }
  auto client = tls_client_of(key, {backend.tls, "tls"}, work);
  if (!client) return;
  work.clients.put(key.name, std::move(client));
  work.effective.put(held);
  work.all.touch_dependants(key);  // secrets that it has blamed
}

// Whoever is routed by it looks into it when somebody logs in: only its coming concerns them. The
// domains of a set are in the index of each port.
void Preparer::examine_table(const ResourceKey& key, const Held& held, Work& work) {
  const bool is_edited = effective_.find(key) != nullptr;
  work.effective.put(held);
  if (!is_edited || is_set(held)) work.all.touch_dependants(key);
}

void Preparer::examine_provider(const ResourceKey& key, const Held& held, Work& work) {
  auto ready = std::make_shared<net::ReadyProvider>();
  const auto& provider = std::get<config::Provider>(held->body);
  if (const auto* http = std::get_if<config::HttpProvider>(&provider.kind)) {
    if (http->service.secure) {
      ready->tls = tls_client_of(key, {http->service.tls, "http.service.tls"}, work);
      if (!ready->tls) return;
    }
    for (std::size_t i = 0; i < http->service.headers.size(); ++i) {
      const config::HttpHeader& header = http->service.headers[i];
      const auto* secret = header.secret.empty() ? nullptr : work.all.text(header.secret);
      if (!secret && !header.secret.empty()) {
        return work.all.refuse_or_blame(
            key, header.secret,
            {ErrorCode::MissingDependency, fmt::format("http.service.headers[{}].secret", i),
             header.secret + " is not here"});
      }
      ready->headers.push_back({header.name, secret ? secret->text : SharedSecret(header.value)});
    }
  }
  work.providers.put(key.name, std::move(ready));
  work.effective.put(held);
  work.all.touch_dependants(key);
}

// Here, and not when a listener names it: what is refused does not depend on who else is here.
bool Preparer::is_ready_for_tls(const std::string& name, const Held& held, Work& work) {
  std::set<Protocol> protocols;
  for (const auto& offer : held->as<config::Server>()->protocols) {
    protocols.insert(offer.protocol);
  }
  if (protocols.empty()) protocols.insert(Protocol::Imap);
  return std::all_of(protocols.begin(), protocols.end(), [&](Protocol protocol) {
    return tenants_.find(protocol, name, work.all, tls_) != nullptr;
  });
}

void Preparer::examine_server(const ResourceKey& key, const Held& held, Work& work) {
  const auto& server = *held->as<config::Server>();
  const auto& pairs = server.tls.key_pairs;
  touch(key.name, work);
  // First: where nobody could be asked, no secret is to blame.
  for (std::size_t i = 0; i < server.providers.size(); ++i) {
    if (work.all.has(ResourceType::Provider, server.providers[i])) continue;
    return work.all.refuse(key, {ErrorCode::MissingDependency, fmt::format("providers[{}]", i),
                                 fmt::format("provider {} is not here", server.providers[i])});
  }
  for (std::size_t i = 0; i < server.domain_tables.size(); ++i) {
    if (work.all.has(ResourceType::Table, server.domain_tables[i])) continue;
    return work.all.refuse(key, {ErrorCode::MissingDependency, fmt::format("domain_tables[{}]", i),
                                 fmt::format("table {} is not here", server.domain_tables[i])});
  }
  auto patterns = make_patterns(server.routing, work.all);
  if (!patterns) return work.all.refuse(key, std::move(patterns.error()));
  if (*patterns) {
    work.patterns.put(key.name, std::move(*patterns));
  } else {
    work.patterns.erase(key.name);
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (work.all.key_pair(pairs[i])) continue;
    return work.all.refuse_or_blame(
        key, pairs[i],
        {ErrorCode::MissingDependency, fmt::format("tls.key_pairs[{}]", i),
         fmt::format("key pair {} is not here", pairs[i])});
  }
  const std::string missing = missing_bundle(server.tls.client_certificates, work.all);
  if (!missing.empty()) {
    return work.all.refuse_or_blame(
        key, missing,
        {ErrorCode::MissingDependency, "tls.client_certificates", missing + " is not here"});
  }
  if (!pairs.empty() && !is_ready_for_tls(key.name, held, work)) return;
  work.effective.put(held);
  work.all.touch_dependants(key);
}

void Preparer::touch(const std::string& server, Work& work) {
  tenants_.doubt(server);
  work.touched.insert(server);
}

// Ready as the port before had them, where that was of the same kind.
std::optional<std::vector<net::ReadyTenant>> Preparer::tenants_of(const Held& served,
                                                                  const Held& before, Work& work) {
  const auto listener = body_of(served);
  const bool is_alike = before && body_of(before)->protocol == listener->protocol;
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
  const bool is_as_before = before && (before == served || (before->version == served->version &&
                                                            *body_of(before) == *body_of(served)));
  if (is_as_before) served = before;
  const auto& listener = std::get<config::Listener>(served->body);
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
      server = net::TlsServer::build(body_of(served), std::move(*tenants), tls_, server.get());
    }
  }
  index_domains(served, before, work);
  work.effective.put(served);
}

// As the port before had them, but for tenants that are other than then.
void Preparer::index_domains(const Held& served, const Held& before, Work& work) const {
  const auto& listener = std::get<config::Listener>(served->body);
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
  tell_changes(served_before, out);
  // Who serves a backend is no reason for a new snapshot.
  if (prepared_ && out.changed.size() == out.endpoints.size()) return out;
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

void Preparer::tell_changes(const config::Snapshot& before, Preparation& out) const {
  for (const ResourceKey& key : out.changed) {
    const Held now = effective_.find(key);
    if (key.type == ResourceType::Endpoints) {
      out.endpoints.push_back({key.name, endpoints_of(now)});
    } else if (key.type == ResourceType::Listener && now) {
      out.listeners.push_back(body_of(now));
    } else if (key.type == ResourceType::Listener) {
      out.closed.push_back(body_of(before.find(key))->port);
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
