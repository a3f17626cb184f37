#include "proxy/session/session.h"

#include <algorithm>
#include <utility>

#include "common/base/limits.h"
#include "proxy/session/converse.h"
#include "proxy/session/judge.h"
#include "proxy/session/locate.h"
#include "proxy/session/protect.h"
#include "proxy/session/tenant_switch.h"
#include "proxy/session/worker.h"

namespace postern::session {

using dialogue::Failure;

static_assert(sizeof(Session) <= 384, "a slot, and a record of about 256: idle, that is all");

void Session::begin(SessionId id, Arrival arrival, Worker& worker) {
  id_ = id;
  over_ = false;
  ready = {.client_in = false};  // the loop tells; what a client says before is there still
  client = std::move(arrival.stream);
  places_ = std::move(arrival.places);
  record_ = std::make_unique<Record>();
  record_->id = worker.next_session_id();
  record_->client = arrival.client;
  record_->local = arrival.local;
  record_->began = worker.now();
  worker.needs().counters.before_login.add(1);
  if (arrival.presentation == Presentation::None) {
    enter(*arrival.listener, worker);
  } else {
    present(arrival.presentation, *arrival.listener, worker);
  }
}

void Session::present(Presentation how, const config::Listener& listener, Worker& worker) {
  record_->server = listener.tenants.front().server;
  record_->port = listener.port;
  record_->protocol = listener.protocol;
  take_terms(*record_, terms_of(*worker.prepared()->snapshot->server(record_->server)));
  stage_ = std::make_unique<Presenting>(how, worker.now() + limits::kProxyHeaderWait);
}

void Session::receive(Worker& worker) {
  enter(std::get<std::unique_ptr<Presenting>>(stage_)->listener(), worker);
}

void Session::enter(const config::Listener& listener, Worker& worker) {
  auto visit = std::make_unique<Visit>(worker.snapshots(), id_.slot, listener);
  visit->facts.client = record_->client;
  if (const auto* presenting = std::get_if<std::unique_ptr<Presenting>>(&stage_)) {
    (*presenting)->tell(*visit, *record_);
  }
  stage_ = std::move(visit);
  settle_tenant(*this);
  secure(worker);
  worker.needs().counters.visits.add(1);
  ++worker.guests().visits;
  if (listener.tls != config::ListenerTls::Implicit) converse(worker);
}

void Session::begin_closing(SessionId id, net::Stream guest, Worker& worker) {
  id_ = id;
  over_ = false;
  ready = {.client_in = false};
  client = std::move(guest);
  stage_ = Closing{worker.now() + limits::kLinger};
}

// The corridor: the order of things, and nothing else.
// clang-format off
void Session::advance(Worker& worker) {
  for (;;) {
    Outcome outcome = proceed(worker);
    switch (outcome.kind) {
      case Outcome::Kind::Waiting:    return worker.arm(*this, outcome.until);
      case Outcome::Kind::Again:      return worker.enqueue(*this);
      case Outcome::Kind::Presented:  receive(worker); break;   // by a load balancer
      case Outcome::Kind::Upgrading:  secure(worker); break;    // STARTTLS
      case Outcome::Kind::Secured:    converse(worker); break;  // greeting, capabilities, login
      case Outcome::Kind::Identified: hold_back(worker); break; // did he fail too often?
      case Outcome::Kind::Released:   judge(worker); break;     // who is it?
      case Outcome::Kind::Judged:     locate(worker); break;    // and where to
      case Outcome::Kind::Located:    announce(); break;        // log in to the backend
      case Outcome::Kind::Elsewhere:  try_elsewhere(); break;   // or to the next one
      case Outcome::Kind::Announced:  welcome(worker); break;   // the front says yes
      case Outcome::Kind::Refused:    turn_back(worker, std::move(outcome)); break;
      case Outcome::Kind::Turned:     tell_refusal(worker); break;  // he may try again
      case Outcome::Kind::Welcomed:   relay(worker); break;     // and leave him alone
      case Outcome::Kind::Ended:
        close(worker, outcome);
        if (over_) return;
        break;
    }
  }
}
// clang-format on

Outcome Session::proceed(Worker& worker) {
  if (auto* visit = std::get_if<std::unique_ptr<Visit>>(&stage_)) {
    return std::visit([&](auto& step) { return step.proceed(*this, worker); }, (*visit)->step);
  }
  if (auto* relaying = std::get_if<Relaying>(&stage_)) return relaying->proceed(*this, worker);
  if (auto* presenting = std::get_if<std::unique_ptr<Presenting>>(&stage_)) {
    return (*presenting)->proceed(*this, worker);
  }
  return std::get<Closing>(stage_).proceed(*this, worker);
}

Line Session::client_line() {
  return {client, visit().in, visit().out, ready.client_in, ready.client_out, ready.client_ended};
}

void Session::secure(Worker& worker) {
  Visit& v = visit();
  v.step = Securing{worker.now() + v.server->timeouts.tls_handshake};
}

void Session::converse(Worker& worker) {
  Visit& v = visit();
  if (v.front) {
    v.drive.tell(*v.front, dialogue::TlsUp{offer_of(v)}, v.out);
  } else {
    v.front = make_front(v, record_->id);
    v.drive.greet(*v.front, v.out);
  }
  v.login_by = worker.now() + v.server->timeouts.login;
  v.step = Conversing{};
  if (worker.draining()) tell_to_go(Failure::Draining);
}

void Session::hold_back(Worker& worker) {
  if (auto refused = settle_name(*this, worker)) return turn_back(worker, std::move(*refused));
  const auto until = session::hold_back(*this, worker);
  if (!until) return turn_back(worker, std::move(until.error()));
  if (*until <= worker.now()) return judge(worker);
  visit().step = Delaying{*until};
}

void Session::judge(Worker& worker) {
  Visit& v = visit();
  v.attempted = worker.now();
  ++v.attempts;
  v.unknown_user = false;
  auto chain = begin_judging(*this);
  if (chain) {
    v.step.emplace<Judging>(std::move(*chain));
  } else {
    turn_back(worker, std::move(chain.error()));
  }
}

void Session::locate(Worker& worker) {
  Visit& v = visit();
  auto approach = session::locate(*this, worker);
  if (approach) {
    v.step.emplace<Reaching>(std::move(*approach));
  } else {
    turn_back(worker, std::move(approach.error()));
  }
}

void Session::announce() {
  Visit& v = visit();
  Approach approach = std::move(std::get<Reaching>(v.step).approach);
  auto back = make_back(*this, approach);
  v.step.emplace<Announcing>(std::move(approach), std::move(back));
}

void Session::try_elsewhere() {
  Visit& v = visit();
  leave_backend();
  Approach approach = std::holds_alternative<Reaching>(v.step)
                          ? std::move(std::get<Reaching>(v.step).approach)
                          : std::move(std::get<Announcing>(v.step).approach);
  v.step.emplace<Reaching>(std::move(approach));
}

void Session::leave_backend() {
  backend.close();
  member.release();
}

void Session::welcome(Worker& worker) {
  Visit& v = visit();
  note_accepted(*this, worker);
  // It went on counting while he was waited for.
  if (worker.now() >= v.login_by) {
    return turn_back(worker, Outcome::refused(Failure::ClientTimeout));
  }
  if (auto full = take_user_place(*this, worker)) return turn_back(worker, std::move(*full));
  auto& announcing = std::get<Announcing>(v.step);
  v.backend_early.assign(announcing.in.view());
  dialogue::Welcome welcome = std::move(announcing.welcome);
  v.identity.reset();
  v.step = Conversing{};
  v.drive.tell(*v.front, dialogue::Admitted{std::move(welcome)}, v.out);
}

// A refusal holds the guest until the front has spoken of it: nobody is answered twice or not at
// all. Credentials that were wrong wait, so that time tells nothing.
void Session::turn_back(Worker& worker, Outcome refused) {
  Visit& v = visit();
  note_refused(*this, worker, refused.failure);
  v.evidence.reset();
  v.identity.reset();
  leave_backend();
  record_->refusal = refused.failure;
  worker.needs().counters.login(record_->server, record_->protocol, refused.failure);
  worker.needs().counters.mechanism(record_->mechanism, refused.failure);
  dialogue::Refused refusal{refused.failure, std::move(refused.detail),
                            std::move(refused.sasl_error), refused.last};
  const bool credentials = refused.failure == Failure::CredentialsRefused ||
                           refused.failure == Failure::BackendRefusedLogin ||
                           refused.failure == Failure::LoginBlocked;
  const Instant until = credentials ? v.attempted + v.server->timeouts.failure_delay : worker.now();
  v.step.emplace<Holding>(std::move(refusal), std::max(until, refused.until));
}

void Session::tell_refusal(Worker& worker) {
  Visit& v = visit();
  dialogue::Refused refusal = std::move(std::get<Holding>(v.step).refusal);
  v.login_by = worker.now() + v.server->timeouts.login;
  v.step = Conversing{};
  v.drive.tell(*v.front, std::move(refusal), v.out);
  if (worker.draining()) tell_to_go(Failure::Draining);
}

void Session::relay(Worker& worker) {
  Visit& v = visit();
  const config::Server* newest = worker.prepared()->snapshot->server(record_->server);
  record_->logged_in = true;
  record_->login = std::chrono::duration_cast<Duration>(worker.now() - v.attempted);
  Relaying relaying{{},
                    PackedRecord(*record_),
                    worker.terms().hold(record_->server, newest ? *newest : *v.server),
                    worker.now()};
  relaying.relay.feed(relay::Side::Backend, v.in.view());
  relaying.relay.feed(relay::Side::Client, v.backend_early);
  worker.needs().counters.relayed(record_->protocol, v.in.view().size(), v.backend_early.size());
  worker.needs().counters.login(record_->server, record_->protocol, Failure::None);
  worker.needs().counters.mechanism(record_->mechanism, Failure::None);
  worker.needs().counters.relaying.add(1);
  leave_visit(worker);
  deadline.disarm();  // the next one is far away
  protocol_ = record_->protocol;
  record_.reset();
  stage_ = std::move(relaying);
  review(worker);  // what he was led to may be gone since
}

void Session::leave_visit(Worker& worker) {
  if (std::holds_alternative<std::unique_ptr<Visit>>(stage_)) {
    worker.needs().counters.visits.add(-1);
    --worker.guests().visits;
  }
  worker.needs().counters.before_login.add(-1);
  places_.before_login.release();
}

void Session::review(Worker& worker) {
  if (over_ || std::holds_alternative<Closing>(stage_)) return;
  if (auto* relaying = std::get_if<Relaying>(&stage_)) return relaying->review(*this, worker);
  if (worker.draining()) drain(worker);
}

// Who shows credentials, or has shown them, may still be let in, and then goes as a relayed one;
// who has not said yet whom he brings is closed, and one in dialogue is told goodbye.
void Session::drain(Worker& worker) {
  if (worker.forced() || std::holds_alternative<std::unique_ptr<Presenting>>(stage_)) {
    close(worker, Outcome::ended(Failure::Draining));
  } else if (std::holds_alternative<Conversing>(visit().step)) {
    tell_to_go(Failure::Draining);
  }
  worker.enqueue(*this);
}

// A dialogue that has come to its end goes its way.
void Session::tell_to_go(Failure why) {
  Visit& v = visit();
  if (v.drive.decided_on<dialogue::Relay, dialogue::Close>()) return;
  v.drive.tell(*v.front, dialogue::Draining{why}, v.out);
}

void Session::send_away(Worker& worker) {
  if (over_ || !std::holds_alternative<std::unique_ptr<Visit>>(stage_)) return;
  Visit& v = visit();
  const bool speechless = v.sent_away || std::holds_alternative<Securing>(v.step);
  v.sent_away = true;
  worker.needs().counters.sent_away.add();
  if (speechless) {  // TLS is not up yet, or he does not read what he was told
    close(worker, Outcome::ended(Failure::Overloaded));
  } else if (std::holds_alternative<Conversing>(v.step)) {
    tell_to_go(Failure::Overloaded);
  } else if (auto* holding = std::get_if<Holding>(&v.step)) {
    *holding = {{Failure::Overloaded, {}, {}}, worker.now()};
  } else {
    turn_back(worker, Outcome::refused(Failure::Overloaded));
  }
  worker.enqueue(*this);
}

}  // namespace postern::session
