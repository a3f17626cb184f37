#include "proxy/session/certificate_login.h"

#include <utility>

#include "common/base/ascii.h"
#include "proxy/net/client_certificate.h"
#include "proxy/policy/auth_chain.h"
#include "proxy/policy/master_users.h"
#include "proxy/policy/names.h"
#include "proxy/policy/tenancy.h"
#include "proxy/session/question.h"
#include "proxy/session/session.h"

namespace postern::session {

namespace {

using config::ClientCertificateMode;
using net::CertificateVerdict;

// Others trust other authorities.
bool is_of_this_tenant(Session& session) {
  return session.client.secured() &&
         net::TlsServer::choice(session.client.tls()).tenant == session.visit().tenant_index;
}

CertificateVerdict verdict_of(Session& session) {
  if (!is_of_this_tenant(session)) return CertificateVerdict::NotAsked;
  return net::certificate_verdict(session.client.tls());
}

std::string verification_text(const net::ClientCertificate& shown) {
  switch (shown.verdict) {
    case CertificateVerdict::NotAsked: return {};
    case CertificateVerdict::None: return "NONE";
    case CertificateVerdict::Verified: return "SUCCESS";
    case CertificateVerdict::Failed: return "FAILED:" + shown.failure;
  }
  return {};
}

void describe_certificate(const ssl_st* tls, bool sends_certificate, policy::ClientTlsFacts& out) {
  net::ClientCertificate shown = net::client_certificate(tls);
  out.verification = verification_text(shown);
  out.subject = std::move(shown.subject);
  out.issuer = std::move(shown.issuer);
  out.serial = std::move(shown.serial);
  out.fingerprint = std::move(shown.fingerprint);
  if (sends_certificate) out.certificate_pem = net::certificate_pem(tls);
}

}  // namespace

policy::Certificate certificate_of(Session& session) {
  switch (verdict_of(session)) {
    case CertificateVerdict::Verified: return policy::Certificate::Verified;
    case CertificateVerdict::Failed: return policy::Certificate::Unverified;
    case CertificateVerdict::NotAsked:
    case CertificateVerdict::None: break;
  }
  // The handshake sees to it; this is for whoever came around it: in clear, by TLS that a load
  // balancer tells of, or from another tenant.
  const auto mode = session.visit().server->tls.client_certificates.mode;
  return mode == ClientCertificateMode::Required ? policy::Certificate::Missing
                                                 : policy::Certificate::None;
}

std::optional<policy::ClientTlsFacts> client_tls_of(Session& session, bool sends_certificate) {
  if (!session.client.secured()) return std::nullopt;
  const net::TlsSummary summary = session.client.tls_summary();
  policy::ClientTlsFacts facts;
  facts.version = summary.version;
  facts.suite = summary.suite;
  if (is_of_this_tenant(session)) {
    describe_certificate(session.client.tls(), sends_certificate, facts);
  }
  return facts;
}

policy::Answer answer_by_certificate(Session& session, const config::Provider& provider) {
  const policy::Refuse unknown{.unknown_user = true};
  if (verdict_of(session) != CertificateVerdict::Verified) return unknown;
  const auto kind = std::get<config::CertificateProvider>(provider.kind).name_from;
  const auto written = net::name_in_certificate(session.client.tls(), kind);
  if (!written && written.error() == net::CertificateNameFault::Missing) return unknown;
  if (!written) return policy::Refuse{};
  const Visit& v = session.visit();
  // As if he had typed it.
  auto name = policy::account_name(*written, v.server->names);
  if (!name || !policy::canonical_mailbox(*name)) return policy::Refuse{};
  if (!policy::has_domain(provider, policy::domain_of(*name))) return unknown;
  if (!policy::takes_name(*v.server, *v.prepared->snapshot, *name)) return unknown;
  const std::string_view wanted = shown_by(*v.evidence, *v.server).mailbox;
  const bool is_another = !wanted.empty() && !equal_ignoring_case(wanted, *name);
  const auto& masters = v.server->master_users;
  if (is_another && !(masters && policy::may_act_for_others(*masters, *name))) {
    return policy::Refuse{};
  }
  session.record().user = printable(*name);
  policy::Accept accept;
  accept.user = std::move(*name);
  return accept;
}

}  // namespace postern::session
