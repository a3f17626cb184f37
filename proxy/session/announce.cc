// The login at the backend, in the client's name.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/check.h"
#include "common/base/digest.h"
#include "proxy/session/back_login.h"
#include "proxy/session/locate.h"
#include "proxy/session/redirect.h"
#include "proxy/session/session.h"
#include "proxy/session/worker.h"

namespace postern::session {

using dialogue::Failure;

namespace {

// `limits.maxReplyBytes` ends at 64 KiB, and the back keeps to it.
constexpr std::size_t kBackInOctets = std::size_t{64} << 10;

// Hops that a login may take in all; each proxy tells the next one fewer (loop guard).
constexpr std::uint32_t kHops = 5;

std::string random_tag() {
  std::array<std::uint8_t, 8> octets{};
  random_octets(octets.data(), octets.size());
  std::string tag;
  for (const std::uint8_t octet : octets) tag.push_back(static_cast<char>('a' + octet % 26));
  return tag;
}

dialogue::BackLogin::Tls back_tls(config::BackendTlsMode mode) {
  switch (mode) {
    case config::BackendTlsMode::Implicit: return dialogue::BackLogin::Tls::Established;
    case config::BackendTlsMode::StartTls: return dialogue::BackLogin::Tls::StartTls;
    case config::BackendTlsMode::Disabled: return dialogue::BackLogin::Tls::Without;
  }
  return dialogue::BackLogin::Tls::StartTls;
}

dialogue::BackLogin::PasswordMechanism back_mechanism(config::PasswordMechanism mechanism) {
  switch (mechanism) {
    case config::PasswordMechanism::Auto: return dialogue::BackLogin::PasswordMechanism::Auto;
    case config::PasswordMechanism::Plain: return dialogue::BackLogin::PasswordMechanism::Plain;
    case config::PasswordMechanism::Login: return dialogue::BackLogin::PasswordMechanism::Login;
  }
  return dialogue::BackLogin::PasswordMechanism::Auto;
}

// A redirect that was followed is a hop too. At least 1.
std::uint32_t hops_left(const Visit& visit, const Approach& approach) {
  const auto taken = static_cast<std::uint32_t>(approach.been_at.size());
  return std::max(std::min(visit.ttl.value_or(kHops), kHops), taken + 1) - taken;
}

dialogue::Introduction introduction_of(const Session& session, std::uint32_t ttl) {
  const Record& record = session.record();
  return {record.client.ip.text(), record.client.port, record.local.ip.text(),
          record.local.port,       record.id,          ttl};
}

// It says nothing of the endpoint, which has answered: a user without a mailbox must not look like
// a member that is down.
Outcome refused_proxy(const Session& session, Worker& worker, const Approach& approach,
                      std::string_view reason) {
  const Record& record = session.record();
  worker.needs().counters.backend_failure(record.server, approach.backend_name,
                                          Failure::BackendRefusedProxy);
  if (record.least <= LogLevel::Error) {
    worker.needs().log.line(LogLevel::Error, "backend refused the proxy's own login",
                            {{field::kSession, record.id},
                             {field::kMailServer, record.server},
                             {field::kBackend, approach.backend_name},
                             {field::kEndpoint, approach.destination.id},
                             {field::kUser, record.user},
                             {field::kDetail, reason}});
  }
  return Outcome::refused(Failure::BackendRefusedProxy);
}

}  // namespace

std::unique_ptr<dialogue::Back> make_back(Session& session, const Approach& approach) {
  const Visit& v = session.visit();
  check(v.identity.has_value(), "only who was judged was located");
  dialogue::BackLogin login = back_login_of(*v.identity, *approach.port, *v.prepared->snapshot);
  if (approach.port->client_info == config::ClientInfo::Native) {
    login.introduction = introduction_of(session, hops_left(v, approach));
  }
  login.tls = back_tls(approach.port->tls);
  login.mechanism = back_mechanism(approach.port->password_mechanism);
  login.tag = random_tag();
  login.pipelining = approach.backend->pipelining == config::Pipelining::Allowed;
  login.reply_octets = v.server->limits.max_reply_octets;
  return std::make_unique<dialogue::ImapBack>(std::move(login));
}

Announcing::Announcing(Approach to, std::unique_ptr<dialogue::Back> with)
    : approach(std::move(to)), back(std::move(with)), in(kBackInOctets) {}

std::optional<Outcome> Announcing::handshake(Session& session, Worker& worker) {
  switch (shake_hands(session.backend, session.ready.backend_in, session.ready.backend_out)) {
    case Shaken::Done:
      handshaking = false;
      drive.tell(*back, dialogue::BackTlsUp{}, out);
      return std::nullopt;
    case Shaken::Blocked: return Outcome::waiting(approach.by);
    case Shaken::Broken: break;
  }
  return endpoint_failed(session, worker, approach,
                         {Failure::BackendTls, session.backend.tls_error()});
}

Outcome Announcing::proceed(Session& session, Worker& worker) {
  if (worker.now() >= approach.by) {
    return refused(session, worker, {Failure::BackendTimeout, "login took too long"});
  }
  for (;;) {
    if (handshaking) {
      if (auto outcome = handshake(session, worker)) return std::move(*outcome);
    }
    auto reached = drive.run(*back, {session.backend, in, out, session.ready.backend_in,
                                     session.ready.backend_out, session.ready.backend_ended});
    if (const Idle* idle = std::get_if<Idle>(&reached)) {
      if (*idle == Idle::Broken) {
        return refused(session, worker, {Failure::BackendUnreachable, "closed during login"});
      }
      return *idle == Idle::Budget ? Outcome::of(Outcome::Kind::Again)
                                   : Outcome::waiting(approach.by);
    }
    auto outcome = take(std::move(std::get<dialogue::BackStep>(reached)), session, worker);
    if (outcome) return std::move(*outcome);
  }
}

std::optional<Outcome> Announcing::take(dialogue::BackStep step, Session& session, Worker& worker) {
  if (auto* logged_in = std::get_if<dialogue::LoggedIn>(&step)) {
    worker.endpoint_answered(approach.backend_name, approach.destination.id);
    worker.needs().counters.backend_logged_in(session.record().protocol,
                                              worker.now() - approach.connected);
    welcome = std::move(logged_in->welcome);
    return Outcome::of(Outcome::Kind::Announced);
  }
  if (auto* refusal = std::get_if<dialogue::BackRefused>(&step)) {
    return refused(session, worker, std::move(*refusal));
  }
  // STARTTLS: what came together with its OK is of another trust level (R1, ST12).
  if (!in.empty()) {
    return refused(session, worker, {Failure::BackendProtocol, "octets behind STARTTLS"});
  }
  if (!approach.tls) return Outcome::refused(Failure::InternalConfig);
  session.backend.secure(approach.tls->open(worker.tls_sessions()));
  handshaking = true;
  return std::nullopt;
}

Outcome Announcing::refused(Session& session, Worker& worker, dialogue::BackRefused refusal) {
  if (back->credentials_said()) approach.reach.password_sent();
  if (refusal.failure == Failure::BackendRefusedLogin) {
    worker.endpoint_answered(approach.backend_name, approach.destination.id);
    if (!shows_own_secret(*session.visit().identity, *approach.port)) {
      return refused_proxy(session, worker, approach, refusal.reason);
    }
    const bool pass = approach.backend->login_errors == config::LoginErrors::PassThrough;
    Outcome no = Outcome::refused(refusal.failure, pass ? std::move(refusal.text) : std::string());
    no.sasl_error = std::move(refusal.sasl_error);
    return no;
  }
  if (refusal.failure == Failure::BackendReferral) {
    worker.endpoint_answered(approach.backend_name, approach.destination.id);
    return follow_referral(session, worker, approach, refusal.referral);
  }
  // Once a password was said, the backend's own words could repeat it (R10, IN17).
  const bool is_told = !refusal.text.empty() && !back->credentials_said();
  return endpoint_failed(
      session, worker, approach,
      {refusal.failure, is_told ? refusal.text : refusal.reason, !refusal.of_user});
}

}  // namespace postern::session
