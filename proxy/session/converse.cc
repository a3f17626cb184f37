// Greeting to credentials, with the front; and what a refused guest is told.
#include "proxy/session/converse.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/base/ascii.h"
#include "proxy/dialogue/imap_front.h"
#include "proxy/policy/mechanisms.h"
#include "proxy/session/certificate_login.h"
#include "proxy/session/session.h"
#include "proxy/session/session_log.h"
#include "proxy/session/worker.h"

namespace postern::session {

using dialogue::Failure;

namespace {

constexpr std::string_view kImapGreeting = "IMAP4 ready";
// What the front itself can do, whatever stands behind; SASL-IR is computed with the mechanisms.
constexpr std::string_view kImapCapabilities[] = {"IMAP4rev1", "LITERAL+", "ID"};

std::vector<std::string> capabilities_of(const config::ProtocolOffer& offer) {
  if (offer.capability_source == config::CapabilitySource::List) return offer.capabilities;
  std::vector<std::string> out;
  for (const std::string_view capability : kImapCapabilities) {
    const bool hidden =
        std::any_of(offer.hidden_capabilities.begin(), offer.hidden_capabilities.end(),
                    [&](const std::string& hide) { return equal_ignoring_case(hide, capability); });
    if (!hidden) out.emplace_back(capability);
  }
  return out;
}

dialogue::Offer::Tls tls_of(policy::ClientTls tls) {
  switch (tls) {
    case policy::ClientTls::Established: return dialogue::Offer::Tls::Established;
    case policy::ClientTls::Offered: return dialogue::Offer::Tls::Offered;
    case policy::ClientTls::Unavailable: return dialogue::Offer::Tls::Unavailable;
  }
  return dialogue::Offer::Tls::Unavailable;
}

policy::ClientTls first_tls(config::ListenerTls tls) {
  return tls == config::ListenerTls::StartTls ? policy::ClientTls::Offered
                                              : policy::ClientTls::Unavailable;
}

bool asks_leniently(const Visit& v) {
  return std::ranges::any_of(v.server->providers, [&](const std::string& name) {
    const config::Provider* provider = v.prepared->snapshot->provider(name);
    const auto* http = provider ? std::get_if<config::HttpProvider>(&provider->kind) : nullptr;
    return http != nullptr && http->strictness == config::Strictness::Nginx;
  });
}

// The longest unit that a front takes, with room for the line end.
std::size_t longest_unit(const config::Server& server) {
  return std::max<std::size_t>(server.limits.max_command_octets, limits::kSaslLineOctets) + 16;
}

}  // namespace

Visit::Visit(Snapshots& snapshots, std::uint32_t slot, const config::Listener& at)
    : prepared(snapshots, slot),
      listener(&at),
      server(prepared->snapshot->server(at.tenants.front().server)),
      in(longest_unit(*server)) {
  facts.port = at.port;
  facts.protocol = at.protocol;
  facts.tls = first_tls(at.tls);
}

void settle_tenant(Session& session) {
  Visit& v = session.visit();
  Record& record = session.record();
  v.facts.server = v.tenant().server;
  v.facts.plaintext = v.tenant().plaintext;
  v.facts.certificate = certificate_of(session);
  v.facts.asks_leniently = asks_leniently(v);
  record.server = v.facts.server;
  record.port = v.facts.port;
  record.protocol = v.facts.protocol;
  take_terms(record, terms_of(*v.server));
}

dialogue::Offer offer_of(const Visit& visit) {
  dialogue::Offer out;
  const config::ProtocolOffer* offer = visit.server->offer(visit.facts.protocol);
  out.greeting = kImapGreeting;
  out.tls = tls_of(visit.facts.tls);
  if (!offer) return out;  // the tenant chosen by name does not have the protocol: nobody logs in
  const policy::LoginOffer login = policy::login_offer(*offer, visit.facts);
  if (!offer->greeting.empty()) out.greeting = offer->greeting;
  out.capabilities = capabilities_of(*offer);
  out.mechanisms = login.mechanisms;
  out.login_allowed = login.login_allowed;
  // As nginx does (running.md 6): what is listed is announced, and passwords are taken all the
  // same.
  if (login.login_allowed && visit.facts.asks_leniently) {
    out.unannounced = {Mechanism::Plain, Mechanism::Login};
  }
  return out;
}

std::unique_ptr<dialogue::Front> make_front(const Visit& visit, std::string_view nonce) {
  const config::ServerLimits& limits = visit.server->limits;
  return std::make_unique<dialogue::ImapFront>(
      offer_of(visit),
      dialogue::FrontLimits{limits.max_command_octets, limits.max_errors, limits.max_commands,
                            limits.max_failures_per_session},
      fmt::format("<{}@{}>", nonce, visit.server->server_name));
}

Outcome Conversing::proceed(Session& session, Worker& worker) {
  Visit& v = session.visit();
  if (worker.now() >= v.login_by) {
    if (told_expired) return Outcome::ended(Failure::ClientTimeout);
    told_expired = true;
    // Whose last words wait to be written hears no others, and has this turn to take them.
    if (!v.drive.decided_on<dialogue::Relay, dialogue::Close>()) {
      v.drive.tell(*v.front, dialogue::Expired{}, v.out);
    }
  }
  auto reached = v.drive.run(*v.front, session.client_line());
  if (const Idle* idle = std::get_if<Idle>(&reached)) {
    if (*idle == Idle::Broken) return Outcome::ended(Failure::ClientWentAway);
    return *idle == Idle::Budget ? Outcome::of(Outcome::Kind::Again) : Outcome::waiting(v.login_by);
  }
  auto& step = std::get<dialogue::FrontStep>(reached);
  if (std::holds_alternative<dialogue::StartTls>(step)) {
    return Outcome::of(Outcome::Kind::Upgrading);
  }
  if (auto* attempt = std::get_if<dialogue::Attempt>(&step)) {
    v.evidence.emplace(std::move(attempt->evidence));
    v.ttl = attempt->ttl;
    return Outcome::of(Outcome::Kind::Identified);
  }
  if (std::holds_alternative<dialogue::Relay>(step)) return Outcome::of(Outcome::Kind::Welcomed);
  return Outcome::ended(std::get<dialogue::Close>(step).failure, v.front->state());
}

Outcome Holding::proceed(Session&, Worker& worker) {
  return worker.now() >= until ? Outcome::of(Outcome::Kind::Turned) : Outcome::waiting(until);
}

}  // namespace postern::session
