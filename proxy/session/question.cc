#include "proxy/session/question.h"

#include <utility>

#include "common/base/ascii.h"
#include "proxy/session/certificate_login.h"
#include "proxy/session/session.h"

namespace postern::session {

namespace {

using dialogue::BearerEvidence;
using dialogue::CramMd5Evidence;
using dialogue::ExternalEvidence;
using dialogue::PasswordEvidence;

struct Naming {
  Shown operator()(const PasswordEvidence& shown) const {
    return {shown.mechanism, shown.name, shown.authzid.empty() ? shown.name : shown.authzid};
  }
  Shown operator()(const CramMd5Evidence& shown) const {
    return {Mechanism::CramMd5, shown.name, shown.name};
  }
  Shown operator()(const ExternalEvidence& shown) const {
    return {Mechanism::External, shown.authzid, shown.authzid};
  }
  Shown operator()(const BearerEvidence& shown) const {
    return {shown.mechanism, shown.name, shown.name};
  }
};

struct Showing {
  policy::Question& question;
  void operator()(const PasswordEvidence& shown) const {
    question.acting_as = shown.authzid;
    question.secret = shown.password.copy();
  }
  void operator()(const CramMd5Evidence& shown) const {
    question.challenge = shown.challenge;
    question.secret = Secret(shown.digest);
  }
  void operator()(const ExternalEvidence&) const {}
  void operator()(const BearerEvidence& shown) const { question.secret = shown.token.copy(); }
};

bool sends_certificate(const config::Provider& provider) {
  const auto* http = std::get_if<config::HttpProvider>(&provider.kind);
  return http != nullptr && http->sends_client_certificate;
}

// What is left for the backend when the provider returned nothing. A digest or a certificate opens
// no mailbox; a bearer token goes on as the password, as Angie's does (ARES-10).
std::optional<Secret> secret_left(dialogue::Evidence& evidence) {
  if (auto* shown = std::get_if<PasswordEvidence>(&evidence)) return std::move(shown->password);
  if (auto* shown = std::get_if<BearerEvidence>(&evidence)) return std::move(shown->token);
  return std::nullopt;
}

}  // namespace

Shown shown_by(const dialogue::Evidence& evidence) { return std::visit(Naming{}, evidence); }

bool acts_for_another(const dialogue::Evidence& evidence) {
  const Shown shown = shown_by(evidence);
  return !equal_ignoring_case(shown.name, shown.mailbox);
}

policy::Question question_of(Session& session, const config::Provider& provider,
                             std::string_view resource) {
  const Visit& v = session.visit();
  const Shown shown = shown_by(*v.evidence);
  policy::Question question;
  question.provider = &provider;
  question.resource = resource;
  if (const auto held = v.prepared->snapshot->find(config::ResourceType::Provider, resource)) {
    question.version = held->version;
  }
  if (const net::ReadyProvider* ready = v.prepared->provider(resource)) {
    question.tls = ready->tls.get();
    question.headers = &ready->headers;
  }
  question.protocol = v.facts.protocol;
  question.mechanism = shown.mechanism;
  question.user = shown.name;
  std::visit(Showing{question}, *v.evidence);
  question.attempt = v.attempts;
  question.client = v.facts.client;
  question.asked_name = v.facts.asked_name;
  question.server_name = v.facts.server;
  question.client_tls = client_tls_of(session, sends_certificate(provider));
  question.proxy_header = v.proxy_header;
  return question;
}

std::optional<Identity> identity_of_evidence(dialogue::Evidence evidence) {
  auto* shown = std::get_if<PasswordEvidence>(&evidence);
  if (shown == nullptr) return std::nullopt;
  const bool acts = !shown->authzid.empty();
  return Identity{acts ? shown->authzid : shown->name, shown->name, shown->authzid,
                  std::move(shown->password), std::nullopt};
}

std::optional<Identity> identity_of_answer(dialogue::Evidence evidence, policy::Accept accept) {
  const std::string shown(shown_by(evidence).name);
  auto secret = accept.password ? std::move(accept.password) : secret_left(evidence);
  if (!secret) return std::nullopt;
  std::string name = accept.user.empty() ? shown : std::move(accept.user);
  return Identity{name, name, {}, std::move(*secret), accept.backend};
}

}  // namespace postern::session
