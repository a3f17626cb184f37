#include "proxy/session/tenant_switch.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/base/ascii.h"
#include "proxy/net/cipher_names.h"
#include "proxy/policy/mechanisms.h"
#include "proxy/policy/names.h"
#include "proxy/policy/tenancy.h"
#include "proxy/session/converse.h"
#include "proxy/session/question.h"
#include "proxy/session/session.h"
#include "proxy/session/worker.h"

namespace postern::session {

using dialogue::Failure;

namespace {

const config::Server& server_of(const Visit& v, std::size_t index) {
  return *v.prepared->snapshot->server(v.listener->tenants[index].server);
}

// Only those of the version count: TLS 1.3 has a list of its own.
bool fits_suites(const config::ServerTls& tls, const net::TlsSummary& met) {
  const bool is_1_3 = met.version == "TLSv1.3";
  bool listed = false;
  for (const std::string& name : tls.cipher_suites) {
    const auto suite = net::cipher_suite_named(name);
    if (!suite || suite->tls_1_3 != is_1_3) continue;
    if (suite->name == met.suite) return true;
    listed = true;
  }
  return !listed;
}

// The LOGIN command and SASL's LOGIN are one mechanism here; either word of the list allows them.
bool offers(const config::Server& server, const policy::Facts& facts, Mechanism mechanism) {
  const config::ProtocolOffer* offer = server.offer(facts.protocol);
  if (offer == nullptr) return false;
  const policy::LoginOffer login = policy::login_offer(*offer, facts);
  return mechanism == Mechanism::Login ? login.login_command() : login.mechanisms.has(mechanism);
}

// What the tenant would not have offered on this connection is not let in by the name.
std::optional<Failure> keeps_out(const Session& session, const Visit& v, std::size_t index) {
  const config::Server& server = server_of(v, index);
  policy::Facts facts = v.facts;
  facts.plaintext = v.listener->tenants[index].plaintext;
  // Nothing that he has proved was proved to this tenant.
  facts.certificate = policy::Certificate::None;
  facts.asks_leniently = false;
  // Who has to show a certificate is asked for it where SNI names the tenant, and nowhere else.
  if (server.tls.client_certificates.mode == config::ClientCertificateMode::Required) {
    return Failure::AdmissionRefused;
  }
  const auto entry = policy::may_enter(server, facts.plaintext, facts, v.tls_version);
  if (entry.denial == policy::Denial::TlsRequired) return Failure::TlsRequired;
  if (!entry.allowed()) return Failure::AdmissionRefused;
  if (session.client.secured() && !fits_suites(server.tls, session.client.tls_summary())) {
    return Failure::AdmissionRefused;
  }
  const Mechanism mechanism = shown_by(*v.evidence, server).mechanism;
  if (!offers(server, facts, mechanism)) return Failure::MechanismRefused;
  return std::nullopt;
}

// The values of the oldest tenant hold before a name is known: a bare name gets its domain.
std::optional<std::size_t> tenant_by_name(const Visit& v) {
  const config::TenantDomains* domains = v.prepared->tenant_domains(v.listener->port);
  if (domains == nullptr) return 0;
  const Shown shown = shown_by(*v.evidence, server_of(v, 0));
  const std::string_view typed = shown.mailbox.empty() ? shown.name : shown.mailbox;
  const auto account = policy::account_name(typed, server_of(v, 0).names);
  // Whom nobody can be, and a certificate without a name: for the oldest to refuse.
  if (!account) return 0;
  return policy::tenant_of(*account, *v.listener, *v.prepared->snapshot, *domains);
}

void complete(std::string& name, const config::UserNames& names) {
  if (name.find('@') == std::string::npos && !name.empty() && !names.default_domain.empty()) {
    name += '@' + names.default_domain;
  }
}

// Both names of "joe*admin" get the domain: the mailbox's and the master's.
void complete_typed(std::string& name, const config::Server& server) {
  const char separator = server.master_users ? server.master_users->separator : '\0';
  const std::size_t at = separator == 0 ? std::string::npos : name.find(separator);
  if (at == std::string::npos) return complete(name, server.names);
  std::string mailbox = name.substr(0, at);
  std::string master = name.substr(at + 1);
  complete(mailbox, server.names);
  complete(master, server.names);
  name = mailbox + separator + master;
}

struct Completing {
  const config::Server& server;
  const config::UserNames& names = server.names;
  void operator()(dialogue::PasswordEvidence& shown) const {
    complete_typed(shown.name, server);
    complete(shown.authzid, names);
  }
  void operator()(dialogue::CramMd5Evidence& shown) const { complete_typed(shown.name, server); }
  void operator()(dialogue::ExternalEvidence& shown) const { complete(shown.authzid, names); }
  void operator()(dialogue::BearerEvidence& shown) const { complete(shown.name, names); }
};

// False: no name that anybody can have.
bool make_equal(std::string& name, const config::UserNames& names) {
  if (name.empty()) return true;
  auto out = policy::normalised(name, names);
  if (out) name = std::move(*out);
  return out.has_value();
}

struct MakingEqual {
  const config::UserNames& names;
  bool operator()(dialogue::PasswordEvidence& shown) const {
    return make_equal(shown.name, names) && make_equal(shown.authzid, names);
  }
  bool operator()(dialogue::CramMd5Evidence& shown) const { return make_equal(shown.name, names); }
  bool operator()(dialogue::ExternalEvidence& shown) const {
    return make_equal(shown.authzid, names);
  }
  bool operator()(dialogue::BearerEvidence& shown) const { return make_equal(shown.name, names); }
};

std::optional<Outcome> choose(Session& session, Worker& worker) {
  Visit& v = session.visit();
  const auto chosen = tenant_by_name(v);
  v.is_nobodys = !chosen;
  const std::size_t index = chosen.value_or(0);
  // What the front said is the oldest one's offer; it holds itself to that.
  const auto kept_out = index == 0 ? std::nullopt : keeps_out(session, v, index);
  if (kept_out) return Outcome::refused(*kept_out);
  std::visit(Completing{server_of(v, 0)}, *v.evidence);
  if (index == v.tenant_index) return std::nullopt;
  if (!change_tenant(session, worker, index)) return Outcome::refused(Failure::Overloaded);
  settle_tenant(session);
  return std::nullopt;
}

}  // namespace

bool change_tenant(Session& session, Worker& worker, std::size_t index) {
  Visit& v = session.visit();
  const config::Tenant& tenant = v.listener->tenants[index];
  const config::Server& server = server_of(v, index);
  const quota::Visitor visitor{
      tenant.server, v.listener->port, session.record().client.ip, {}, worker.now()};
  auto moved = worker.needs().places.change_tenant(session.places(), visitor,
                                                   {server.limits, tenant.max_connections});
  if (!moved) {
    worker.needs().counters.refused_connection(moved.error().scope);
    return false;
  }
  const quota::Visitor before{v.tenant().server, v.listener->port, session.record().client.ip};
  worker.needs().places.forget_arrival(before, v.server->limits);
  v.tenant_index = index;
  v.server = &server;
  return true;
}

std::optional<Outcome> settle_name(Session& session, Worker& worker) {
  Visit& v = session.visit();
  const Shown shown = shown_by(*v.evidence, *v.server);
  session.record().user = printable(shown.mailbox);
  session.record().auth_user = shown.name == shown.mailbox ? std::string() : printable(shown.name);
  session.record().mechanism = name_of(shown.mechanism);
  session.record().auth.clear();
  session.record().auth_kept = false;
  v.attempted = worker.now();
  v.is_nobodys = false;
  if (!v.is_named) {
    if (auto refused = choose(session, worker)) return refused;
  }
  std::visit(Completing{*v.server}, *v.evidence);
  const bool could_be = std::visit(MakingEqual{v.server->names}, *v.evidence);
  v.is_nobodys = v.is_nobodys || !could_be;
  return std::nullopt;
}

bool may_be_asked_about(const Visit& v) {
  if (v.is_nobodys) return false;
  const Shown shown = shown_by(*v.evidence, *v.server);
  const config::Snapshot& snapshot = *v.prepared->snapshot;
  return policy::takes_name(*v.server, snapshot, shown.name) &&
         policy::takes_name(*v.server, snapshot, shown.mailbox);
}

}  // namespace postern::session
