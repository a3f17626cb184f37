#include "proxy/session/question.h"

#include <utility>

#include "common/base/ascii.h"
#include "proxy/policy/master_users.h"
#include "proxy/policy/names.h"
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
  void operator()(const PasswordEvidence& shown) const { question.secret = shown.password.copy(); }
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

std::optional<Token> token_of(dialogue::Evidence& evidence) {
  auto* shown = std::get_if<BearerEvidence>(&evidence);
  if (shown == nullptr) return std::nullopt;
  return Token{shown->mechanism, std::move(shown->token)};
}

bool speaks_as_nginx(const config::Provider& provider) {
  const auto* http = std::get_if<config::HttpProvider>(&provider.kind);
  return http != nullptr && http->style == config::AuthStyle::AuthHttp;
}

// What is left for the backend when the provider returned nothing. A digest or a certificate opens
// no mailbox; a bearer token is the password for services of nginx's kind, as in Angie (ARES-10).
Secret password_left(dialogue::Evidence& evidence, const std::optional<Token>& token,
                     const config::Provider& provider) {
  if (auto* shown = std::get_if<PasswordEvidence>(&evidence)) return std::move(shown->password);
  return token && speaks_as_nginx(provider) ? token->secret.copy() : Secret();
}

// What a provider returns is normalised again; what nobody can be is refused where it is located.
std::string name_of_answer(const Shown& shown, std::string returned,
                           const config::UserNames& names) {
  if (returned.empty()) return policy::mailbox_name(shown.name, names);
  auto equal = policy::normalised(returned, names);
  return equal ? std::move(*equal) : std::move(returned);
}

}  // namespace

Shown shown_by(const dialogue::Evidence& evidence, const config::Server& server) {
  Shown shown = std::visit(Naming{}, evidence);
  if (!server.master_users) return shown;
  const auto [name, mailbox] = policy::split_typed(shown.name, server.master_users->separator);
  if (name == shown.name && mailbox == shown.name) return shown;
  // A token and a certificate name one user, and nobody is two others at once.
  const bool names_one = std::holds_alternative<BearerEvidence>(evidence) ||
                         std::holds_alternative<ExternalEvidence>(evidence);
  const bool is_another = acts_for_another(shown);
  shown.name = name;
  shown.mailbox = names_one || is_another ? std::string_view() : mailbox;
  return shown;
}

bool acts_for_another(const Shown& shown) {
  return !equal_ignoring_case(shown.name, shown.mailbox);
}

bool may_want(const Shown& shown, const config::Server& server) {
  // Only a certificate says by itself whose it is.
  const bool is_named = !shown.name.empty() || shown.mechanism != Mechanism::External;
  if (is_named && !policy::canonical_mailbox(shown.mailbox)) return false;
  if (!server.master_users || !acts_for_another(shown)) return true;
  return policy::may_act_for_others(*server.master_users, shown.name);
}

policy::Question question_of(Session& session, const config::Provider& provider,
                             std::string_view resource) {
  const Visit& v = session.visit();
  const Shown shown = shown_by(*v.evidence, *v.server);
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
  if (acts_for_another(shown)) question.acting_as = shown.mailbox;
  std::visit(Showing{question}, *v.evidence);
  question.attempt = v.attempts;
  question.client = v.facts.client;
  question.asked_name = v.facts.asked_name;
  question.server_name = v.facts.server;
  question.client_tls = client_tls_of(session, sends_certificate(provider));
  question.proxy_header = v.proxy_header;
  return question;
}

std::optional<Identity> identity_of_evidence(dialogue::Evidence evidence,
                                             const config::Server& server) {
  const Shown shown = shown_by(evidence, server);
  Identity out{policy::mailbox_name(shown.mailbox, server.names),
               std::string(shown.name),
               {},
               {},
               {},
               {},
               false};
  if (auto* password = std::get_if<PasswordEvidence>(&evidence)) {
    // Passed on as he wrote it, also where it is his own name.
    out.authzid = acts_for_another(shown) ? std::string(shown.mailbox) : password->authzid;
    out.password = std::move(password->password);
    return out;
  }
  out.token = token_of(evidence);
  if (!out.token) return std::nullopt;
  return out;
}

// The name that a provider returns is that of the user it was asked about: of a master, his own.
Identity identity_of_answer(dialogue::Evidence evidence, policy::Accept accept,
                            const config::Server& server, const config::Provider& provider) {
  const Shown shown = shown_by(evidence, server);
  Identity out;
  out.verified = true;
  out.name = name_of_answer(shown, std::move(accept.user), server.names);
  // Only a certificate says more than was typed: there is another name in it.
  const bool by_certificate =
      std::holds_alternative<config::CertificateProvider>(provider.kind) && !shown.mailbox.empty();
  const bool acts =
      by_certificate ? !equal_ignoring_case(shown.mailbox, out.name) : acts_for_another(shown);
  out.mailbox = acts ? policy::mailbox_name(shown.mailbox, server.names) : out.name;
  if (acts) out.authzid = out.mailbox;
  // Where the master's own mail is, is nobody's concern.
  if (!acts || !speaks_as_nginx(provider)) out.backend = accept.backend;
  out.token = token_of(evidence);
  out.password =
      accept.password ? std::move(*accept.password) : password_left(evidence, out.token, provider);
  return out;
}

}  // namespace postern::session
