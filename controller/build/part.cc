#include "controller/build/part.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "controller/build/backend_verdicts.h"
#include "controller/build/checks.h"
#include "controller/build/class_rules.h"
#include "controller/build/members.h"
#include "controller/build/passes.h"

namespace postern::build {
namespace {

config::FreshResource resource(std::string name, config::ResourceBody body,
                               const model::MailServer& spec) {
  config::Resource out;
  out.name = std::move(name);
  out.sources = {source_of(spec.meta)};
  out.body = std::move(body);
  return out;
}

bool is_offered(const ServerDraft& draft, const BackendDraft& backend) {
  return std::ranges::any_of(draft.server.protocols, [&](const config::ProtocolOffer& offer) {
    return std::ranges::count(offer.backends, backend.name) > 0;
  });
}

void need_secrets(const config::BackendTls& tls, std::set<std::string>& out) {
  out.insert(tls.trust.begin(), tls.trust.end());
  if (!tls.client_key_pair.empty()) out.insert(tls.client_key_pair);
}

void collect_providers(const model::MailServer& spec, ServerDraft& server, Part& part) {
  for (ProviderDraft& draft : server.providers) {
    if (const auto* http = std::get_if<config::HttpProvider>(&draft.provider.kind)) {
      if (http->service.secure) need_secrets(http->service.tls, part.secrets);
      for (const config::HttpHeader& header : http->service.headers) {
        if (!header.secret.empty()) part.secrets.insert(header.secret);
      }
    }
    config::FreshResource one = resource(draft.name, std::move(draft.provider), spec);
    std::vector<std::string>& needed = one.shared()->required_features;
    if (std::holds_alternative<config::CertificateProvider>(one->get<config::Provider>().kind)) {
      needed.emplace_back(config::kClientCertificates);
    }
    needed.emplace_back(config::kProviders);
    part.own.push_back(std::move(one));
    server.server.providers.push_back(draft.name);
  }
}

// The features that a backend asks for, where it has what an older proxy would overlook.
config::FreshResource backend_resource(const BackendDraft& draft, const model::MailServer& spec) {
  config::Backend backend = draft.backend;
  for (config::BackendPort& port : backend.ports) {
    // Its secret is missing, and it has no endpoint.
    const bool is_method_alone =
        port.login.method == config::LoginMethod::MasterUser && port.login.master.empty();
    if (is_method_alone) port.login = {};
  }
  const bool by_password = std::ranges::all_of(backend.ports, [](const config::BackendPort& port) {
    return port.login == config::BackendLogin{};
  });
  const bool balances = needs_balancing(backend);
  config::FreshResource out = resource(draft.name, std::move(backend), spec);
  std::vector<std::string>& needed = out.shared()->required_features;
  if (!by_password) needed.emplace_back(config::kBackendLogin);
  if (balances) needed.emplace_back(config::kBalancing);
  return out;
}

std::vector<std::string> features_of(const config::Server& server) {
  std::vector<std::string> out;
  const auto need = [&](bool needed, std::string_view feature) {
    if (needed) out.emplace_back(feature);
  };
  need(server.tls.client_certificates.mode != config::ClientCertificateMode::None,
       config::kClientCertificates);
  need(server.limits.bytes_per_second != 0, config::kByteRate);
  need(server.limits.new_connections_per_minute_per_source != 0, config::kConnectionRate);
  need(!server.takes_every_domain(), config::kDomains);
  need(server.master_users.has_value(), config::kMasterUsers);
  need(!server.providers.empty(), config::kProviders);
  need(!server.routing.empty(), config::kRouting);
  need(server.names != config::UserNames{}, config::kUserNames);
  return out;
}

// What an older proxy would do without these is worse than nothing: it is taken from it.
config::FreshResource server_resource(const model::MailServer& spec, ServerDraft& draft) {
  config::FreshResource out = resource(draft.path, std::exchange(draft.server, {}), spec);
  std::vector<std::string> features = features_of(*out->as<config::Server>());
  if (features.empty()) return out;
  out.shared()->required_features = std::move(features);
  out.shared()->on_unsupported = config::OnUnsupported::DropServer;
  return out;
}

// What listeners need through the MailServer; what no offer leads to is not given to anybody.
// What is not needed for other endpoints is given away: there are thousands of drafts.
void collect_own(const model::MailServer& spec, ServerDraft& draft, Part& part) {
  const std::vector<std::string> of_tls = config::secrets_of(draft.server.tls);
  part.secrets.insert(of_tls.begin(), of_tls.end());
  for (BackendDraft& backend : draft.backends) {
    if (!is_offered(draft, backend)) continue;
    part.own.push_back(backend_resource(backend, spec));
    part.own.push_back(resource(backend.name, std::exchange(backend.endpoints, {}), spec));
    const config::BackendTls& tls = backend.backend.tls;
    need_secrets(tls, part.secrets);
    for (const config::BackendPort& port : backend.backend.ports) {
      if (!port.login.master.empty()) part.secrets.insert(port.login.master);
    }
    backend.backend.tls = {};
  }
  if (draft.names_providers) collect_providers(spec, draft, part);
  part.own.push_back(server_resource(spec, draft));
  std::ranges::sort(part.own, {}, [](const auto& one) { return one->key(); });
}

std::int64_t first_expiry(const ServerDraft& draft, std::int64_t now_unix_s) {
  std::int64_t out = 0;
  for (const auto& [name, secret] : draft.secrets) {
    const auto* pair = std::get_if<config::KeyPair>(&secret->material);
    if (pair == nullptr || pair->not_after_unix_s < now_unix_s) continue;
    out = out == 0 ? pair->not_after_unix_s : std::min(out, pair->not_after_unix_s);
  }
  return out;
}

void append(const model::Problems& from, model::Problems& to) {
  std::ranges::copy(from, std::back_inserter(to));
}

void run_passes(const Setting& setting, ServerDraft& draft, Part& part) {
  part.allowed = setting.rules.may_be_here(draft) && build_domains(setting, draft);
  if (part.allowed) {
    build_identities(setting, draft);
    build_ticket_keys(setting, draft);
    build_client_certificates(setting, draft);
    build_backends(setting, draft);
    build_providers(setting, draft);
    part.problems_before = std::exchange(draft.problems, {});
    build_endpoints(setting, draft);
    part.problems_of_endpoints = std::exchange(draft.problems, {});
    build_proxy_protocols(setting, draft);
    build_servers(setting, draft);
    build_routing(setting, draft);
    part.problems_after = std::exchange(draft.problems, {});
  } else {
    part.problems_before = std::exchange(draft.problems, {});
  }
}

// Between two updates the world may be another.
void keep_backends(std::vector<BackendDraft> backends, Part& part) {
  for (BackendDraft& backend : backends) backend.spec = nullptr;
  part.backends = std::move(backends);
}

}  // namespace

Part make_whole(const Setting& setting, const model::MailServer& spec) {
  Part part;
  ServerDraft draft;
  draft.spec = &spec;
  draft.path = spec.meta.key.path();
  run_passes(setting, draft, part);
  append(part.problems_before, draft.problems);
  append(part.problems_after, draft.problems);
  part.generation = spec.meta.generation;
  part.claimant.key = spec.meta.key;
  part.claimant.wishes = wishes_of(setting, draft, part.allowed);
  part.claimant.domains = domain_wishes_of(draft);
  if (part.allowed) collect_own(spec, draft, part);
  part.expires_unix_s = first_expiry(draft, setting.terms.now_unix_s);
  part.named_secrets = std::move(draft.secrets);
  part.named_tables = std::move(draft.tables);
  keep_backends(std::move(draft.backends), part);
  return part;
}

void make_endpoints(const Setting& setting, const model::MailServer& spec, Part& part) {
  if (!part.allowed) return;
  ServerDraft draft;
  draft.spec = &spec;
  draft.backends = std::move(part.backends);
  for (std::size_t i = 0; i < draft.backends.size(); ++i) {
    draft.backends[i].spec = &spec.backends[i];
  }
  build_endpoints(setting, draft);
  part.problems_of_endpoints = std::move(draft.problems);
  for (auto& own : part.own) {
    if (own->type() != config::ResourceType::Endpoints) continue;
    const auto backend = std::ranges::find(draft.backends, own->name, &BackendDraft::name);
    config::EndpointSet now = std::exchange(backend->endpoints, {});
    if (std::get<config::EndpointSet>(own->body) == now) continue;
    own = resource(own->name, std::move(now), spec);
  }
  keep_backends(std::move(draft.backends), part);
}

namespace {

void add_conflict(const std::string& reason, const std::string& message,
                  ListenerVerdict& listener) {
  if (!listener.off_reason.empty()) return;
  if (listener.conflict_reason.empty()) {
    listener.conflict_reason = reason;
  } else {
    listener.conflict_message += "; ";
  }
  listener.conflict_message += message;
}

// What a listener that is served lost to older ones.
void add_loss(const model::Meta& meta, const Remark& remark, Verdict& verdict) {
  for (ListenerVerdict& listener : verdict.listeners) {
    if (remark.port == 0 || listener.port != remark.port) continue;
    add_conflict(remark.reason, remark.field + ": " + remark.message, listener);
  }
  verdict.problems.push_back(problem_of(meta, remark));
}

// A block holds for one listener, or for all that have none of their own.
void add_set_by_class(const Part& part, Verdict& verdict) {
  for (const model::Problem& problem : verdict.problems) {
    if (problem.reason != "SetByClass") continue;
    for (std::size_t i = 0; i < verdict.listeners.size(); ++i) {
      const std::string own = part.claimant.wishes.listeners[i].field + ".proxyProtocol";
      if (problem.field != own && problem.field != "spec.proxyProtocol") continue;
      add_conflict(problem.reason, problem.field + ": " + problem.message, verdict.listeners[i]);
    }
  }
}

}  // namespace

Verdict verdict_of(const model::MailServer& spec, const Part& part) {
  Verdict out{spec.meta.key, spec.meta.uid, spec.meta.generation, {}, {}, false, {}};
  out.expires_unix_s = part.expires_unix_s;
  append(part.problems_before, out.problems);
  append(part.problems_of_endpoints, out.problems);
  append(part.problems_after, out.problems);
  const Claimant& claimant = part.claimant;
  for (std::size_t i = 0; i < claimant.outcomes.size(); ++i) {
    const ListenerWish& wish = claimant.wishes.listeners[i];
    const Outcome& outcome = claimant.outcomes[i];
    out.listeners.push_back(
        {wish.port, wish.protocol, wish.tls, outcome.off.reason, outcome.off.message});
    for (const Remark& remark : outcome.remarks) add_loss(spec.meta, remark, out);
  }
  for (const Remark& remark : claimant.lost_domains) add_loss(spec.meta, remark, out);
  add_set_by_class(part, out);
  out.accepted = claimant.is_served();
  out.backends = backend_verdicts(part, out.problems);
  if (part.allowed && !out.accepted) {
    out.problems.push_back(problem_of(spec.meta, nothing_served()));
  }
  if (!out.accepted) return out;
  for (const std::string& name : part.secrets) {
    out.resources.push_back({config::ResourceType::Secret, name});
  }
  for (const auto& [name, table] : part.named_tables) {
    out.resources.push_back({config::ResourceType::Table, name});
  }
  for (const auto& own : part.own) out.resources.push_back(own->key());
  return out;
}

}  // namespace postern::build
