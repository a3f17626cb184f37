// TLS with the client: at once, or after STARTTLS.
#include <utility>

#include "common/base/ascii.h"
#include "proxy/session/converse.h"
#include "proxy/session/session.h"
#include "proxy/session/tenant_switch.h"
#include "proxy/session/worker.h"

namespace postern::session {

using dialogue::Failure;

namespace {

std::string summary_text(const net::TlsSummary& summary) {
  return summary.version + "/" + summary.suite + (summary.resumed ? "/resumed" : "");
}

Outcome secured(Session& session, Worker& worker, Instant began) {
  Visit& v = session.visit();
  const net::TlsSummary summary = session.client.tls_summary();
  const net::TlsChoice choice = net::TlsServer::choice(session.client.tls());
  session.client.forget_certificate();
  worker.needs().counters.handshake(summary.version, summary.resumed, true, worker.now() - began);
  session.record().sni = printable(summary.sni);
  session.record().tls = summary_text(summary);
  v.facts.tls = policy::ClientTls::Established;
  v.facts.asked_name = summary.sni;
  v.tls_version = summary.version;
  v.is_named = choice.named;
  if (choice.tenant != v.tenant_index && !change_tenant(session, worker, choice.tenant)) {
    return Outcome::ended(Failure::AdmissionRefused);
  }
  settle_tenant(session);
  return Outcome::of(Outcome::Kind::Secured);
}

}  // namespace

std::optional<Outcome> Securing::begin(Session& session, Worker& worker) {
  Visit& v = session.visit();
  // Octets that came before the handshake are of another trust level: they end the session (R1).
  if (!v.in.empty()) return Outcome::ended(Failure::ClientSyntax, "octets behind STARTTLS");
  const net::TlsServer* tls = v.prepared->tls_server(v.listener->port);
  if (!tls) return Outcome::ended(Failure::InternalConfig, "no certificate on this port");
  if (!worker.take_handshake()) return Outcome::of(Outcome::Kind::Again);
  session.client.secure(tls->open());
  begun = true;
  began = worker.now();
  return std::nullopt;
}

Outcome Securing::proceed(Session& session, Worker& worker) {
  if (worker.now() >= by) return Outcome::ended(Failure::ClientTimeout, "TLS handshake");
  if (!begun) {
    if (!session.ready.client_in) return Outcome::waiting(by);
    if (auto not_yet = begin(session, worker)) return std::move(*not_yet);
  }
  switch (shake_hands(session.client, session.ready.client_in, session.ready.client_out)) {
    case Shaken::Done: return secured(session, worker, began);
    case Shaken::Blocked: return Outcome::waiting(by);
    case Shaken::Broken: break;
  }
  worker.needs().counters.handshake("none", false, false, worker.now() - began);
  return Outcome::ended(Failure::ClientTls, session.client.tls_error());
}

}  // namespace postern::session
