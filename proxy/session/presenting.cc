#include "proxy/session/presenting.h"

#include <algorithm>
#include <span>
#include <utility>
#include <variant>

#include "common/base/ascii.h"
#include "proxy/policy/admission.h"
#include "proxy/session/session.h"
#include "proxy/session/turn_away.h"
#include "proxy/session/worker.h"

namespace postern::session {

using dialogue::Failure;

namespace {

// Words of a header are as long as this in the log.
constexpr std::size_t kWordOctets = 64;

// He has counted since he came as a guest of the tenant that was the first one then.
void forget_arrival(const Record& record, Worker& worker) {
  const config::Server* const before = worker.prepared()->snapshot->server(record.server);
  if (before == nullptr) return;
  worker.needs().places.forget_arrival({record.server, record.port, record.client.ip},
                                       before->limits);
}

Outcome no_header(Worker& worker, Failure failure, std::string_view why) {
  worker.needs().counters.refused_connection("proxy_header");
  return Outcome::ended(failure, std::string(why));
}

}  // namespace

Presentation presentation_of(const config::Listener& listener, const IpAddress& peer) {
  if (!listener.proxy_protocol) return Presentation::None;
  const bool trusted =
      std::ranges::any_of(listener.proxy_protocol->trusted,
                          [&](const Network& network) { return network.contains(peer); });
  if (trusted) return Presentation::Believed;
  switch (listener.proxy_protocol->other_peers) {
    case config::OtherPeers::Direct: return Presentation::None;
    case config::OtherPeers::Refuse: return Presentation::Refused;
    case config::OtherPeers::HeaderIgnored: return Presentation::Ignored;
  }
  return Presentation::Refused;
}

Result<quota::Places, quota::Refusal> first_places(quota::PlaceTables& tables, Presentation how,
                                                   const quota::Visitor& visitor,
                                                   const quota::VisitorLimits& limits) {
  if (how != Presentation::Believed) return tables.arrive(visitor, limits);
  quota::VisitorLimits nobodys;
  nobodys.server.max_connections_before_login = limits.server.max_connections_before_login;
  nobodys.process = limits.process;
  return tables.arrive({"", visitor.port, IpAddress()}, nobodys);
}

Outcome Presenting::proceed(Session& session, Worker& worker) {
  if (worker.now() >= by_) {
    return no_header(worker, Failure::ClientTimeout, "no PROXY header in time");
  }
  while (session.ready.client_in) {
    if (auto outcome = read(session, worker)) return std::move(*outcome);
  }
  return Outcome::waiting(by_);
}

// Looks at what is there, and then takes only what is the header's: all of it while the header is
// not whole.
std::optional<Outcome> Presenting::read(Session& session, Worker& worker) {
  const std::size_t had = octets_.size();
  const std::span<char> into = octets_.prepare(grammar::longest_proxy_header(octets_.view()) - had);
  const net::Io io = session.client.peek(into);
  switch (io.status) {
    case net::IoStatus::Done: break;
    case net::IoStatus::WantRead: session.ready.client_in = false; return std::nullopt;
    case net::IoStatus::Ended:
      if (had > 0) return no_header(worker, Failure::ClientSyntax, "the PROXY header is cut off");
      return Outcome::ended(Failure::ClientWentAway);
    case net::IoStatus::WantWrite:
    case net::IoStatus::Broken: return Outcome::ended(Failure::ClientWentAway);
  }
  octets_.commit(io.octets);
  const auto parsed = grammar::parse_proxy_header(octets_.view());
  if (const auto* wrong = std::get_if<grammar::Malformed>(&parsed)) {
    return no_header(worker, Failure::ClientSyntax,
                     "no PROXY header: " + std::string(wrong->reason));
  }
  const auto* const header = std::get_if<grammar::Done<grammar::ProxyHeader>>(&parsed);
  const std::size_t end = header ? header->consumed : octets_.size();
  const net::Io taken = session.client.read(into.first(end - had));
  if (taken.octets != end - had) return Outcome::ended(Failure::ClientWentAway);
  if (!header) return std::nullopt;
  return settle(header->value, session, worker);
}

// By the newest rules, as they would be for who comes now. A header that was asked for under others
// is neither believed nor overlooked.
Outcome Presenting::settle(const grammar::ProxyHeader& header, Session& session, Worker& worker) {
  Record& record = session.record();
  listener_ = worker.prepared()->snapshot->listener(record.port);
  if (!listener_ || !policy::admit_connection(*listener_).allowed() ||
      presentation_of(*listener_, record.client.ip) != how_) {
    return no_header(worker, Failure::Draining, "the rules of the port have changed");
  }
  if (header.addresses) said_ = {header.addresses->source, header.addresses->destination};
  if (how_ == Presentation::Believed) believe(header, record);
  return take_places(header.addresses.has_value(), session, worker);
}

// LOCAL and UNKNOWN bring nobody: the addresses of the connection hold.
void Presenting::believe(const grammar::ProxyHeader& header, Record& record) {
  if (header.addresses) {
    record.via = record.client;
    record.client = header.addresses->source;
    record.local = header.addresses->destination;
  }
  const bool has_tls_itself = listener_->tls == config::ListenerTls::Implicit;
  if (listener_->proxy_protocol->trusts_tls_info && !has_tls_itself) tls_ = client_tls(header);
}

Outcome Presenting::take_places(bool client_known, Session& session, Worker& worker) {
  const Record& record = session.record();
  const config::Tenant& first = listener_->tenants.front();
  // Who spoke for himself has had his places since he came.
  if (how_ == Presentation::Believed || record.server != first.server) {
    quota::VisitorLimits limits{worker.prepared()->snapshot->server(first.server)->limits,
                                first.max_connections};
    // A load balancer that brings nobody, to see whether we are there, is no source.
    const bool exempt = how_ == Presentation::Believed && !client_known;
    if (exempt) {
      limits.server.max_connections_per_source = 0;
      limits.server.new_connections_per_minute_per_source = 0;
    }
    const auto moved = worker.needs().places.change_tenant(
        session.places(), {first.server, record.port, record.client.ip, {}, worker.now()}, limits);
    if (!moved) {
      worker.needs().counters.refused_connection(moved.error().scope);
      if (!moved.error().silent) turn_away(session.client, listener_->tls, Failure::Overloaded);
      return Outcome::ended(Failure::Overloaded);
    }
    if (how_ != Presentation::Believed) forget_arrival(record, worker);
  }
  return Outcome::of(Outcome::Kind::Presented);
}

void Presenting::tell(Visit& visit, Record& record) const {
  visit.proxy_header = said_;
  if (!tls_) return;
  visit.facts.tls = policy::ClientTls::Established;
  visit.tls_version = tls_->version;
  record.tls =
      "told/" + printable(tls_->version, kWordOctets) + "/" + printable(tls_->suite, kWordOctets);
}

}  // namespace postern::session
