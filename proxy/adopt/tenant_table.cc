#include "proxy/adopt/tenant_table.h"

#include <fmt/format.h>

namespace postern::adopt {

namespace {

using config::ResourceType;

Fault fault_of(const std::vector<net::TlsProblem>& problems) {
  Fault fault{ErrorCode::Invalid, problems.front().field, problems.front().detail};
  for (std::size_t i = 1; i < problems.size(); ++i) {
    fault.detail += fmt::format("; {}: {}", problems[i].field, problems[i].detail);
  }
  return fault;
}

net::TlsTenant material_of(const std::string& name, const config::Server& server,
                           const Candidate& all) {
  net::TlsTenant tenant{name, &server.tls, {}};
  tenant.tickets = all.tickets(server.tls.tickets);
  for (const std::string& secret : server.tls.key_pairs) {
    tenant.key_pairs.emplace_back(secret, all.key_pair(secret));
  }
  const config::ClientCertificates& clients = server.tls.client_certificates;
  for (const std::string& secret : clients.trust) {
    tenant.clients.trust.emplace_back(secret, all.trust(secret));
  }
  for (const std::string& secret : clients.revocations) {
    tenant.clients.revocations.emplace_back(secret, all.trust(secret));
  }
  return tenant;
}

}  // namespace

void TenantTable::doubt(const std::string& server) {
  const auto found = entries_.find(server);
  if (found == entries_.end()) return;
  found->second.is_doubted = true;
  doubted_.insert(server);
}

void TenantTable::refresh(Entry& entry, const std::string& server, const Candidate& all) const {
  const Held now = all.find({ResourceType::Server, server});
  const auto& body = *now->as<config::Server>();
  std::vector<Held> secrets;
  for (const std::string& name : config::secrets_of(body.tls)) {
    secrets.push_back(all.find({ResourceType::Secret, name}));
  }
  const bool is_same = entry.server && entry.secrets == secrets &&
                       entry.server->as<config::Server>()->tls == body.tls;
  if (!is_same) entry.ready.clear();
  entry.server = now;
  entry.secrets = std::move(secrets);
  entry.is_doubted = false;
}

net::ReadyTenant TenantTable::find(Protocol protocol, const std::string& server, Candidate& all,
                                   net::TlsShared& tls) {
  Entry& entry = entries_[server];
  if (entry.is_doubted) {
    refresh(entry, server, all);
    doubted_.erase(server);
  }
  for (const auto& [known, ready] : entry.ready) {
    if (known == protocol) return ready;
  }
  const auto& body = *entry.server->as<config::Server>();
  auto made = net::make_tenant(protocol, material_of(server, body, all), tls);
  if (made) return entry.ready.emplace_back(protocol, std::move(*made)).second;
  std::string suspect;
  for (const net::TlsProblem& problem : made.error()) {
    if (suspect.empty()) suspect = problem.secret;
  }
  doubt(server);
  all.refuse_or_blame({ResourceType::Server, server}, suspect, fault_of(made.error()));
  return nullptr;
}

void TenantTable::forget_doubted() {
  for (const std::string& server : doubted_) entries_.erase(server);
  doubted_.clear();
}

}  // namespace postern::adopt
