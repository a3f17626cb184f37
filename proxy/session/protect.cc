#include "proxy/session/protect.h"

#include <algorithm>

#include "common/base/ascii.h"
#include "proxy/session/question.h"
#include "proxy/session/session.h"
#include "proxy/session/worker.h"

namespace postern::session {

using dialogue::Failure;

namespace {

// What the client showed of itself; a secret stays where it is.
ByteView secret_of(const Visit& v) {
  if (v.identity) {
    const Identity& who = *v.identity;
    return who.token ? who.token->secret.reveal() : who.password.reveal();
  }
  if (!v.evidence) return {};
  if (const auto* shown = std::get_if<dialogue::PasswordEvidence>(&*v.evidence)) {
    return shown->password.reveal();
  }
  const auto* bearer = std::get_if<dialogue::BearerEvidence>(&*v.evidence);
  return bearer ? bearer->token.reveal() : ByteView{};
}

quota::Attempt attempt_of(const Session& session, const Visit& v) {
  return {session.record().client.ip, v.facts.server, v.login.account, secret_of(v),
          v.login.arrived};
}

quota::Verdict look(const Session& session, const Visit& v, Worker& worker) {
  return worker.needs().history.before_asking(attempt_of(session, v), v.server->protection,
                                              worker.now());
}

Outcome blocked(Worker& worker, quota::Block block) {
  worker.needs().counters.login_penalty(quota::name_of(block));
  return Outcome::refused(Failure::LoginBlocked);
}

bool is_wrong(Failure failure) {
  return failure == Failure::CredentialsRefused || failure == Failure::BackendRefusedLogin;
}

}  // namespace

Result<Instant, Outcome> hold_back(Session& session, Worker& worker) {
  Visit& v = session.visit();
  const Shown shown = shown_by(*v.evidence, *v.server);
  v.login = {lower(shown.name), worker.now()};
  const quota::Verdict verdict = look(session, v, worker);
  if (verdict.block != quota::Block::None) {
    return Fail<Outcome>(blocked(worker, verdict.block));
  }
  if (verdict.wait > Duration{0}) worker.needs().counters.login_penalty("delay");
  return worker.now() + verdict.wait;
}

// While he waited others may have used up what was left.
Outcome Delaying::proceed(Session& session, Worker& worker) {
  Visit& v = session.visit();
  if (worker.now() >= v.login_by) return Outcome::refused(Failure::ClientTimeout);
  if (session.ready.client_ended) {
    return Outcome::ended(Failure::ClientWentAway);
  }
  if (worker.now() < until) return Outcome::waiting(std::min(until, v.login_by));
  const quota::Verdict verdict = look(session, v, worker);
  if (verdict.block != quota::Block::None) {
    v.attempted = worker.now();
    return blocked(worker, verdict.block);
  }
  return Outcome::of(Outcome::Kind::Released);
}

void note_accepted(Session& session, Worker& worker) {
  Visit& v = session.visit();
  if (v.login.vouched) return;
  v.login.vouched = true;
  quota::History& history = worker.needs().history;
  history.succeeded(attempt_of(session, v), v.server->protection, worker.now());
}

// What a mail pod refuses although a service said yes is not the client's mistake.
void note_refused(Session& session, Worker& worker, Failure failure) {
  Visit& v = session.visit();
  if (!is_wrong(failure) || v.login.vouched) return;
  quota::History& history = worker.needs().history;
  history.failed(attempt_of(session, v), v.server->protection, worker.now(),
                 v.unknown_user ? quota::Guess::UnknownUser : quota::Guess::WrongPassword);
}

std::optional<Outcome> take_user_place(Session& session, Worker& worker) {
  const Visit& v = session.visit();
  const auto taken = worker.needs().places.admit_user(
      session.places(), {v.facts.server, v.facts.port, session.record().client.ip, v.facts.mailbox},
      v.server->limits);
  if (taken) return std::nullopt;
  worker.needs().counters.limit_refused(quota::Scope::User);
  return Outcome::refused(Failure::UserLimit);
}

}  // namespace postern::session
