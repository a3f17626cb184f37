// Route, then the endpoints in order; then one of them: connect, PROXY header, implicit TLS.
#include "proxy/session/locate.h"

#include <utility>
#include <vector>

#include "common/base/ascii.h"
#include "proxy/grammar/proxy_protocol.h"
#include "proxy/policy/directed.h"
#include "proxy/policy/names.h"
#include "proxy/policy/pinned.h"
#include "proxy/session/back_login.h"
#include "proxy/session/routed.h"
#include "proxy/session/session.h"
#include "proxy/session/worker.h"

namespace postern::session {

using dialogue::Failure;

namespace {

Instant first_of(Instant a, Instant b) { return a < b ? a : b; }

}  // namespace

Result<Approach, Outcome> approach_to(Session& session, Worker& worker, std::string backend) {
  const Visit& v = session.visit();
  Approach approach{backend,
                    v.prepared->snapshot->backend(backend),
                    nullptr,
                    nullptr,
                    upstream::Reach({}, 0),
                    {},
                    worker.now(),
                    {}};
  if (!approach.backend) return refuse(Failure::NoRoute);
  approach.port = approach.backend->port(v.facts.protocol);
  if (!approach.port) return refuse(Failure::BackendUnreachable);
  approach.tls = v.prepared->tls_client(backend);
  approach.by = worker.now() + v.server->timeouts.backend_login;
  session.record().backend = std::move(backend);
  return approach;
}

std::vector<policy::BackendView> backends_of(const Visit& v, const Worker& worker) {
  std::vector<policy::BackendView> out;
  const config::Snapshot& snapshot = *v.prepared->snapshot;
  const config::ProtocolOffer* offer = v.server->offer(v.facts.protocol);
  if (offer == nullptr) return out;
  for (const std::string& name : offer->backends) {
    out.push_back({name, snapshot.backend(name), worker.endpoints(name, snapshot)});
  }
  return out;
}

namespace {

bool is_in_turn(const config::Backend& backend) {
  return backend.balancing.policy == config::BalancingPolicy::RoundRobin;
}

// The members that may be tried, in their order; `member`: this one alone.
Result<std::vector<policy::Candidate>, Outcome> choose_members(Session& session, Worker& worker,
                                                               const Approach& approach,
                                                               const config::EndpointSet& endpoints,
                                                               std::string_view member) {
  const Visit& v = session.visit();
  const config::Backend& backend = *approach.backend;
  const std::string& name = session.record().backend;
  policy::BalancingRequest request{backend, endpoints, v.facts.protocol, v.facts.mailbox};
  if (!member.empty()) {
    auto pinned = policy::pinned_endpoint(request, member);
    if (!pinned) return refuse(Failure::BackendUnreachable);
    return std::vector<policy::Candidate>{std::move(*pinned)};
  }
  request.client = v.facts.client.ip;
  request.zone = worker.needs().zone;
  if (is_in_turn(backend)) request.turn = worker.next_turn(name);
  auto order = policy::order_endpoints(request, worker.members_of(name, backend.health));
  if (order) return std::move(*order);
  switch (order.error()) {
    case policy::Nowhere::HomeAway:
    case policy::Nowhere::NoneReady: break;
    case policy::Nowhere::HomeFull:
    case policy::Nowhere::AllFull:
      worker.needs().counters.member_full(session.record().server, name);
      return refuse(Failure::BackendBusy);
  }
  return refuse(Failure::BackendUnreachable);
}

Result<Approach, Outcome> locate_routed(Session& session, Worker& worker) {
  const Visit& v = session.visit();
  const auto route = route_of(session, worker);
  if (!route) return Fail<Outcome>(route.error());
  auto approach = approach_to(session, worker, std::string(route->backend));
  if (!approach) return approach;
  const config::EndpointSet* endpoints = worker.endpoints(route->backend, *v.prepared->snapshot);
  if (!endpoints) return refuse(Failure::NoRoute);
  auto order = choose_members(session, worker, *approach, *endpoints, route->member);
  if (!order) return Fail<Outcome>(std::move(order.error()));
  approach->reach = upstream::Reach(std::move(*order), approach->backend->retries);
  return approach;
}

// An auth service is the director: nobody else stands in for the place that it names.
Result<Approach, Outcome> locate_directed(Session& session, Worker& worker) {
  const Visit& v = session.visit();
  const ServerAddress& address = *v.identity->backend;
  auto directed = policy::directed_to(address, v.facts.protocol, backends_of(v, worker));
  if (!directed) {
    const std::string where = address.text();
    worker.needs().log.line(LogLevel::Warning,
                            "auth provider named an address that no backend may have",
                            {{field::kSession, session.record().id},
                             {field::kMailServer, session.record().server},
                             {field::kAddress, where}});
    return refuse(Failure::AuthUnavailable);
  }
  auto approach = approach_to(session, worker, std::move(directed->backend));
  if (!approach) return approach;
  approach->reach = upstream::Reach({std::move(directed->destination)}, 0);
  return approach;
}

Outcome cannot_log_in(const Session& session, Worker& worker, NoLogin why) {
  const Record& record = session.record();
  if (why != NoLogin::NameIsTwo && record.least <= LogLevel::Warning) {
    worker.needs().log.line(LogLevel::Warning, "no login at the backend",
                            {{field::kSession, record.id},
                             {field::kMailServer, record.server},
                             {field::kBackend, record.backend},
                             {field::kMechanism, record.mechanism},
                             {field::kDetail, meaning_of(why)}});
  }
  switch (why) {
    case NoLogin::NoPassword:
    case NoLogin::NoToken: return Outcome::refused(Failure::AuthUnavailable);
    case NoLogin::NameIsTwo: return Outcome::refused(Failure::CredentialsRefused);
    case NoLogin::InClear:
    case NoLogin::NoMaster: break;
  }
  return Outcome::refused(Failure::InternalConfig);
}

}  // namespace

Result<Approach, Outcome> locate(Session& session, Worker& worker) {
  Visit& v = session.visit();
  session.record().user = printable(v.identity->mailbox);
  auto mailbox = policy::normalised(v.identity->mailbox, v.server->names);
  if (!mailbox) return refuse(Failure::CredentialsRefused);
  v.facts.mailbox = std::move(*mailbox);
  session.record().user = printable(v.facts.mailbox);
  if (v.ttl && *v.ttl <= 1) return refuse(Failure::BackendLoop);
  auto approach =
      v.identity->backend ? locate_directed(session, worker) : locate_routed(session, worker);
  if (!approach) return approach;
  const auto no = objection_to_login(*v.identity, *approach->port, *v.prepared->snapshot);
  if (no) return Fail<Outcome>(cannot_log_in(session, worker, *no));
  return approach;
}

void say_proxy_header(Session& session, const Approach& approach, dialogue::Reply& out) {
  const Record& record = session.record();
  const grammar::ProxyAddresses addresses{record.client, record.local};
  switch (approach.port->client_info) {
    case config::ClientInfo::ProxyV1: return out.say({grammar::encode_proxy_v1({addresses, {}})});
    case config::ClientInfo::ProxyV2:
      return out.say(
          {grammar::encode_proxy_v2({addresses, {{grammar::proxy_tlv::kUniqueId, record.id}}})});
    case config::ClientInfo::Native:
    case config::ClientInfo::None: return;
  }
}

Outcome endpoint_failed(Session& session, Worker& worker, Approach& approach,
                        const EndpointFault& fault) {
  const Record& record = session.record();
  const std::string address = approach.destination.address.text();
  if (fault.is_blamed) worker.endpoint_failed(approach.backend_name, approach.destination.id);
  worker.needs().counters.backend_failure(record.server, approach.backend_name, fault.failure);
  if (record.least <= LogLevel::Warning) {
    worker.needs().log.line(LogLevel::Warning, "backend failed a session",
                            {{field::kSession, record.id},
                             {field::kBackend, approach.backend_name},
                             {field::kEndpoint, approach.destination.id},
                             {field::kAddress, address},
                             {field::kFailure, dialogue::row_of(fault.failure).name},
                             {field::kDetail, fault.detail}});
  }
  const bool another = approach.reach.may_try_again() && worker.now() < approach.by;
  return another ? Outcome::of(Outcome::Kind::Elsewhere) : Outcome::refused(fault.failure);
}

Outcome Reaching::proceed(Session& session, Worker& worker) {
  if (worker.now() >= approach.by) return give_up(session, worker, Failure::BackendTimeout, "");
  if (phase == Phase::Dialling) {
    if (auto outcome = dial(session, worker)) return std::move(*outcome);
  }
  if (phase == Phase::Connecting) {
    if (auto outcome = connect(session, worker)) return std::move(*outcome);
  }
  if (phase == Phase::Introducing) {
    if (auto outcome = introduce(session, worker)) return std::move(*outcome);
  }
  return handshake(session, worker);
}

std::optional<Outcome> Reaching::dial(Session& session, Worker& worker) {
  if (auto nobody = choose(session, worker)) return std::move(*nobody);
  session.record().endpoint = approach.destination.id;
  connect_by =
      first_of(worker.now() + session.visit().server->timeouts.backend_connect, approach.by);
  approach.dialled = worker.now();
  auto dialled = worker.needs().dialer.dial(approach.destination.address);
  if (!dialled) {
    const net::DialFault& fault = dialled.error();
    return endpoint_failed(session, worker, approach,
                           {Failure::BackendUnreachable, fault.reason, !fault.is_ours});
  }
  session.backend = std::move(*dialled);
  session.ready.backend_in = session.ready.backend_out = session.ready.backend_ended = false;
  const net::Token token{session.id().slot, session.id().generation, net::Role::Backend};
  if (!worker.loop().watch(session.backend.fd(), token)) {
    return endpoint_failed(
        session, worker, approach,
        {Failure::BackendUnreachable, "the system has no room for another connection", false});
  }
  phase = Phase::Connecting;
  return std::nullopt;
}

// The next member that has a place: one that got its last session meanwhile counts as away.
std::optional<Outcome> Reaching::choose(Session& session, Worker& worker) {
  for (bool full = false;; full = true) {
    auto candidate = approach.reach.next();
    if (!candidate) {
      return Outcome::refused(full ? Failure::BackendBusy : Failure::BackendUnreachable);
    }
    auto place = worker.take_member(approach.backend_name, candidate->id,
                                    approach.backend->max_sessions_per_member);
    if (place) {
      session.member = std::move(*place);
      approach.destination = std::move(*candidate);
      return std::nullopt;
    }
    approach.reach.not_tried();
    worker.needs().counters.member_full(session.record().server, approach.backend_name);
  }
}

std::optional<Outcome> Reaching::connect(Session& session, Worker& worker) {
  if (worker.now() >= connect_by) {
    return give_up(session, worker, Failure::BackendTimeout, "connecting took too long");
  }
  if (!session.ready.backend_out) return Outcome::waiting(connect_by);
  // It can be written to, so it is connected, unless its end was seen too.
  if (session.ready.backend_ended) {
    const net::ConnectState state = net::connect_state(session.backend);
    if (state.state == net::Connecting::Failed) {
      return give_up(session, worker, Failure::BackendUnreachable, state.reason);
    }
  }
  approach.connected = worker.now();
  session.record().connect = std::chrono::duration_cast<Duration>(worker.now() - approach.began);
  worker.needs().counters.backend_connected(session.record().protocol,
                                            approach.connected - approach.dialled);
  say_proxy_header(session, approach, header);
  phase = Phase::Introducing;
  return std::nullopt;
}

std::optional<Outcome> Reaching::introduce(Session& session, Worker& worker) {
  Buffer nothing(0);
  Line line{session.backend, nothing, header, session.ready.backend_in, session.ready.backend_out};
  switch (flush(line)) {
    case Flushed::All: break;
    case Flushed::Blocked: return Outcome::waiting(approach.by);
    case Flushed::Broken:
      return give_up(session, worker, Failure::BackendUnreachable, "closed at once");
  }
  if (approach.port->tls != config::BackendTlsMode::Implicit) {
    return Outcome::of(Outcome::Kind::Located);
  }
  if (!approach.tls) return Outcome::refused(Failure::InternalConfig);
  session.backend.secure(approach.tls->open(worker.tls_sessions()));
  phase = Phase::Handshaking;
  return std::nullopt;
}

Outcome Reaching::handshake(Session& session, Worker& worker) {
  switch (shake_hands(session.backend, session.ready.backend_in, session.ready.backend_out)) {
    case Shaken::Done: return Outcome::of(Outcome::Kind::Located);
    case Shaken::Blocked: return Outcome::waiting(approach.by);
    case Shaken::Broken: break;
  }
  return give_up(session, worker, Failure::BackendTls, session.backend.tls_error());
}

Outcome Reaching::give_up(Session& session, Worker& worker, Failure failure,
                          std::string_view detail) {
  return endpoint_failed(session, worker, approach, {failure, detail});
}

}  // namespace postern::session
