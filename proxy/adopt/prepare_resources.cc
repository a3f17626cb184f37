// What a resource needs to be used, if it is not a LISTENER: what it names is here, and what is
// made of it can be made.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "proxy/adopt/prepare_work.h"
#include "proxy/adopt/ready_routing.h"

namespace postern::adopt {

namespace {

using config::ResourceKey;
using config::ResourceType;

// Of the authorities and revocation lists; empty: all are here.
std::string missing_bundle(const config::ClientCertificates& clients, const Candidate& all) {
  for (const auto* names : {&clients.trust, &clients.revocations}) {
    for (const std::string& name : *names) {
      if (!all.trust(name)) return name;
    }
  }
  return {};
}

bool is_in_clear(const config::Backend& backend) {
  return !backend.ports.empty() &&
         std::ranges::all_of(backend.ports, [](const config::BackendPort& port) {
           return port.tls == config::BackendTlsMode::Disabled;
         });
}

// Keys alone count in it.
bool is_set(const Held& table) {
  const auto& lines = std::get<config::Table>(table->body).lines;
  return lines.empty() || lines.front().backend.empty();
}

}  // namespace

void Preparer::examine_secret(const ResourceKey& key, const Held& secret, Work& work) {
  const auto& material = std::get<config::SecretMaterial>(secret->body);
  if (const auto* pair = std::get_if<config::KeyPair>(&material); pair && work.all.is_new(key)) {
    auto fits = net::check_key_pair(*pair, tls_);
    if (!fits) return work.all.refuse(key, {ErrorCode::BadCertificate, "key_pair", fits.error()});
    work.read_pairs.push_back(std::move(*fits));
  }
  // Whoever holds an old snapshot holds no old ticket keys: they are with the tenant alone.
  if (!std::holds_alternative<config::OwnTicketKeys>(material)) work.effective.put(secret);
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
  const auto& backend = held->get<config::Backend>();
  for (std::size_t i = 0; i < backend.ports.size(); ++i) {
    const std::string& master = backend.ports[i].login.master;
    if (master.empty() || work.all.credentials(master)) continue;
    return work.all.refuse_or_blame(
        key, master,
        {ErrorCode::MissingDependency, fmt::format("ports[{}].login.master", i),
         master + " is not here"});
  }
  if (is_in_clear(backend)) {
    work.clients.erase(key.name);
  } else {
    auto client = tls_client_of(key, {backend.tls, "tls"}, work);
    if (!client) return;
    work.clients.put(key.name, std::move(client));
  }
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
  const auto& provider = held->get<config::Provider>();
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

}  // namespace postern::adopt
