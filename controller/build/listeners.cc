// What a MailServer asks of ports, and what is off whoever else is there.
#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "controller/build/claims.h"
#include "controller/build/class_rules.h"
#include "controller/build/words.h"

namespace postern::build {
namespace {

// The first thing that was said about this field, or what is below it, and that takes it down.
const model::Problem* refusal_of(const ServerDraft& server, std::string_view field) {
  const auto found = std::ranges::find_if(server.problems, [&](const model::Problem& problem) {
    return problem.severity == model::Severity::Refused && problem.field.starts_with(field);
  });
  return found == server.problems.end() ? nullptr : &*found;
}

Off off_by(const model::Problem* problem, std::string_view otherwise) {
  if (problem != nullptr) return {problem->reason, problem->field + ": " + problem->message};
  return {"NoListeners", std::string(otherwise)};
}

// Around a certificate that is required (client_certificates.h).
const model::Problem* way_around(const ServerDraft& server, const ListenerWish& wish) {
  const auto* problem = refusal_of(server, wish.field + ".tls");
  return problem ? problem : refusal_of(server, wish.field + ".plaintext");
}

Off off_before_others(const Setting& setting, const ServerDraft& server, const ListenerWish& wish) {
  if (auto closed = setting.rules.check_port(wish.port, wish.field)) {
    return {std::move(closed->reason), std::move(closed->message)};
  }
  if (server.server.offer(wish.protocol) == nullptr) {
    const std::string field = fmt::format("spec.protocols.{}", field_key(wish.protocol));
    return off_by(refusal_of(server, field), "the protocol is not offered");
  }
  // Certificates were remarked on where they are missing; what needs them is off.
  if (wish.tls != config::ListenerTls::Disabled && server.key_pairs.empty()) {
    return off_by(refusal_of(server, "spec.tls.certificateRefs"), "needs a certificate");
  }
  // Nobody is let in whose certificate cannot be looked at as it is written; and nobody without.
  const auto* unverifiable = refusal_of(server, "spec.tls.clientCertificates");
  if (unverifiable && wish.tls != config::ListenerTls::Disabled) return off_by(unverifiable, {});
  if (const auto* problem = way_around(server, wish)) return off_by(problem, {});
  return {};
}

ListenerWish wish_of(const model::ListenerSpec& spec, Protocol protocol, std::size_t index) {
  ListenerWish wish;
  wish.port = spec.port;
  wish.protocol = protocol;
  wish.tls = listener_tls_word(spec.tls);
  wish.plaintext = spec.plaintext == "Allow" ? config::Plaintext::Allow : config::Plaintext::Refuse;
  wish.max_connections = spec.max_connections;
  wish.field = listener_field(protocol, index);
  return wish;
}

// The class's holds on every port; else a listener's own block replaces the MailServer's.
std::optional<config::ListenerProxyProtocol> proxy_protocol_of(const Setting& setting,
                                                               const ServerDraft& server,
                                                               const ListenerWish& wish) {
  if (const auto& classes = setting.rules.proxy_protocol()) return classes;
  for (const std::string& field :
       {wish.field + ".proxyProtocol", std::string("spec.proxyProtocol")}) {
    const auto found = server.proxy_protocols.find(field);
    if (found != server.proxy_protocols.end()) return found->second;
  }
  return std::nullopt;
}

std::vector<HostnameWish> hostnames_of(const ServerDraft& server) {
  std::vector<HostnameWish> out;
  const std::vector<std::string>& written = server.spec->hostnames;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (std::ranges::count(server.hostnames, written[i]) > 0) out.push_back({written[i], i});
  }
  return out;
}

}  // namespace

bool Claimant::is_served() const {
  return std::ranges::any_of(outcomes,
                             [](const Outcome& outcome) { return outcome.off.reason.empty(); });
}

Age age_of(const model::MailServer& server) {
  return {server.meta.creation_timestamp, server.meta.key.path()};
}

Wishes wishes_of(const Setting& setting, const ServerDraft& server, bool allowed) {
  const model::MailServer& spec = *server.spec;
  Wishes out{age_of(spec), server.path, source_of(spec.meta), hostnames_of(server), {}};
  out.source.generation = 0;
  // What refuses it as a whole was told first.
  const Off refused = allowed ? Off{} : off_by(refusal_of(server, ""), "refused by the class");
  for (const model::ProtocolSpec& protocol : spec.protocols) {
    for (std::size_t i = 0; i < protocol.listeners.size(); ++i) {
      ListenerWish wish = wish_of(protocol.listeners[i], protocol.protocol, i);
      wish.proxy_protocol = proxy_protocol_of(setting, server, wish);
      wish.off = allowed ? off_before_others(setting, server, wish) : refused;
      out.listeners.push_back(std::move(wish));
    }
  }
  return out;
}

DomainWishes domain_wishes_of(const ServerDraft& server) {
  DomainWishes out{{}, server.domain_tables};
  const std::vector<std::string>& written = server.spec->domains;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (std::ranges::count(server.domains, written[i]) > 0) out.own.push_back({written[i], i});
  }
  return out;
}

}  // namespace postern::build
