#include "proxy/session/judge.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "proxy/grammar/base64.h"
#include "proxy/policy/mechanisms.h"
#include "proxy/session/certificate_login.h"
#include "proxy/session/protect.h"
#include "proxy/session/question.h"
#include "proxy/session/session.h"
#include "proxy/session/tenant_switch.h"
#include "proxy/session/worker.h"

namespace postern::session {

using dialogue::Failure;

namespace {

// A service that only ever says "again" has said nothing.
constexpr int kMostRepeats = 30;
constexpr std::size_t kChallengeOctets = 1024;

// A MailServer without providers: the mail pod decides.
const config::Provider& mail_pod() {
  static const config::Provider provider = [] {
    config::Provider pod;
    pod.name = "backend";
    pod.mechanisms = {Mechanism::Plain, Mechanism::Login};
    return pod;
  }();
  return provider;
}

// Null among them: one that is not in force, though its MailServer names it.
std::vector<const config::Provider*> providers_of(const Visit& v) {
  std::vector<const config::Provider*> out;
  for (const std::string& name : v.server->providers) {
    out.push_back(v.prepared->snapshot->provider(name));
  }
  if (out.empty()) out.push_back(&mail_pod());
  return out;
}

// The name that it is in force under.
std::string_view resource_of(const Visit& v, const config::Provider& provider) {
  for (const std::string& name : v.server->providers) {
    if (v.prepared->snapshot->provider(name) == &provider) return name;
  }
  return {};
}

bool anybody_checks(const std::vector<const config::Provider*>& providers, Mechanism mechanism) {
  return std::any_of(providers.begin(), providers.end(), [&](const config::Provider* provider) {
    return provider->mechanisms.has(mechanism);
  });
}

// nginx's services are not told of an authorization identity.
bool decides_for_whom(const config::Provider& provider) {
  const auto* http = std::get_if<config::HttpProvider>(&provider.kind);
  return http != nullptr && http->style == config::AuthStyle::Json;
}

Outcome refused_by(policy::Refuse refusal, const config::Provider& provider, Instant arrived) {
  Outcome out = Outcome::refused(Failure::CredentialsRefused);
  const auto* http = std::get_if<config::HttpProvider>(&provider.kind);
  if (http == nullptr) return out;
  if (http->refusal_text == config::RefusalText::PassThrough) out.detail = std::move(refusal.text);
  if (auto told = grammar::base64::decode(refusal.challenge, kChallengeOctets)) {
    out.sasl_error = told->view();
  }
  // ARES-11: who may try again is told to wait; who is not told so goes. The wait begins when the
  // credentials came: how long the service took would tell which names it knows.
  const bool is_nginx_style = http->style == config::AuthStyle::AuthHttp;
  if (refusal.wait) out.until = arrived + *refusal.wait;
  out.last = is_nginx_style && !refusal.wait;
  return out;
}

void log_unavailable(const Session& session, Worker& worker, const config::Provider& provider,
                     std::string_view detail) {
  const Record& record = session.record();
  if (record.least > LogLevel::Warning) return;
  worker.needs().log.line(LogLevel::Warning, "auth provider gave no answer",
                          {{field::kSession, record.id},
                           {field::kMailServer, record.server},
                           {"provider", provider.name},
                           {field::kDetail, detail}});
}

// For the log.
void note_judged(Session& session, Worker& worker, const config::Provider& provider, bool kept) {
  Record& record = session.record();
  record.auth = provider.name;
  record.auth_took = std::chrono::duration_cast<Duration>(worker.now() - session.visit().attempted);
  record.auth_kept = kept;
}

}  // namespace

Result<policy::AuthChain, Outcome> begin_judging(Session& session) {
  Visit& v = session.visit();
  const Shown shown = shown_by(*v.evidence, *v.server);
  // Of an attempt before this one.
  v.facts.provider.clear();
  v.facts.attributes.clear();
  if (!may_be_asked_about(v)) return refuse(Failure::CredentialsRefused);
  // Nobody is asked about a name that could never be a mailbox, or for who may not be another.
  if (!may_want(shown, *v.server)) return refuse(Failure::CredentialsRefused);
  auto providers = providers_of(v);
  for (const config::Provider* provider : providers) {
    if (provider == nullptr) return refuse(Failure::InternalConfig);
  }
  std::erase_if(providers, [&](const config::Provider* provider) {
    return !policy::may_judge(*provider, shown.mechanism, v.facts);
  });
  if (!anybody_checks(providers, shown.mechanism)) return refuse(Failure::MechanismRefused);
  policy::AuthChain chain(providers, shown.mechanism, shown.name);
  // Of a domain that nobody has: unknown, in the words that everybody unknown hears.
  if (chain.empty()) return refuse(Failure::CredentialsRefused);
  return chain;
}

Outcome Judging::proceed(Session& session, Worker& worker) {
  Visit& v = session.visit();
  if (worker.now() >= v.login_by) return Outcome::refused(Failure::AuthUnavailable);
  // Nobody is logged in who is not there any more (BUG-19).
  if (session.ready.client_ended) {
    return Outcome::ended(Failure::ClientWentAway);
  }
  if (answer) {
    policy::Answer said = std::move(*answer);
    answer.reset();
    if (auto outcome = take(std::move(said), session, worker)) return std::move(*outcome);
  }
  if (again_at && worker.now() < *again_at) {
    return Outcome::waiting(std::min(*again_at, v.login_by));
  }
  again_at.reset();
  if (!asked.under_way()) {
    const config::Provider& provider = *chain.asked();
    if (std::holds_alternative<config::BackendProvider>(provider.kind)) {
      auto own = identity_of_evidence(std::move(*v.evidence), *v.server);
      v.evidence.reset();
      if (!own) return Outcome::refused(Failure::MechanismRefused);
      v.identity.emplace(std::move(*own));
      v.facts.provider = provider.name;
      note_judged(session, worker, provider, false);
      return Outcome::of(Outcome::Kind::Judged);
    }
    if (std::holds_alternative<config::CertificateProvider>(provider.kind)) {
      auto outcome = take(answer_by_certificate(session, provider), session, worker);
      return outcome ? std::move(*outcome) : Outcome::of(Outcome::Kind::Again);
    }
    // A service vouches for who he is; for whom else he may be, a list of masters does, or the
    // service where it is told of it.
    const bool for_another = acts_for_another(shown_by(*v.evidence, *v.server));
    if (for_another && !v.server->master_users && !decides_for_whom(provider)) {
      return Outcome::refused(Failure::CredentialsRefused);
    }
    ask(session, worker);
  }
  return Outcome::waiting(v.login_by);
}

void Judging::ask(Session& session, Worker& worker) {
  Visit& v = session.visit();
  policy::Question question = question_of(session, *chain.asked(), resource_of(v, *chain.asked()));
  const auto hear = [this, &session, &worker](policy::Answer said) {
    asked.answered();
    answer.emplace(std::move(said));
    worker.enqueue(session);
  };
  policy::Asker& asker = worker.asker();
  asked = policy::Asked(asker, asker.ask(std::move(question), v.prepared.shared(), hear));
}

std::optional<Outcome> Judging::take(policy::Answer said, Session& session, Worker& worker) {
  Visit& v = session.visit();
  if (const auto* again = std::get_if<policy::AskAgain>(&said)) {
    if (++repeats > kMostRepeats) return Outcome::refused(Failure::AuthUnavailable);
    again_at = worker.now() + again->after;
    return std::nullopt;
  }
  const config::Provider& provider = *chain.asked();
  if (const auto* away = std::get_if<policy::Unavailable>(&said)) {
    log_unavailable(session, worker, provider, away->detail);
  }
  auto verdict = chain.hear(std::move(said));
  repeats = 0;
  if (!verdict) return std::nullopt;
  if (auto* accept = std::get_if<policy::Accept>(&*verdict)) {
    note_accepted(session, worker);
    note_judged(session, worker, provider, accept->kept);
    v.facts.provider = provider.name;
    v.facts.attributes = std::move(accept->attributes);
    v.identity.emplace(
        identity_of_answer(std::move(*v.evidence), std::move(*accept), *v.server, provider));
    v.evidence.reset();
    return Outcome::of(Outcome::Kind::Judged);
  }
  if (auto* refusal = std::get_if<policy::Refuse>(&*verdict)) {
    note_judged(session, worker, provider, refusal->kept);
    v.unknown_user = refusal->unknown_user;
    return refused_by(std::move(*refusal), provider, v.attempted);
  }
  return Outcome::refused(Failure::AuthUnavailable);
}

}  // namespace postern::session
