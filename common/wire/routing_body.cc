// The routing of a SERVER.
#include <algorithm>

#include <fmt/format.h>

#include "common/wire/bodies.h"
#include "common/wire/lists.h"

namespace postern::wire {

namespace {

// Each login looks at all of them: far more than the API allows to write.
constexpr int kMostTables = 64;
constexpr int kMostRules = 256;
constexpr int kMostTargets = 64;
constexpr int kMostChoices = 1024;
constexpr std::size_t kMostPatternOctets = 1024;

void encode_match(const config::RouteMatch& match, pb::RouteMatch& out) {
  for (const Protocol protocol : match.protocols) {
    out.add_protocols(to_wire(protocol, kProtocols));
  }
  for (const std::uint16_t port : match.ports) out.add_ports(port);
  put_texts(match.hostnames, out.mutable_hostnames());
  put_texts(match.domains, out.mutable_domains());
  put_texts(match.users, out.mutable_users());
  out.set_user_pattern(match.user_pattern);
  encode_networks(match.sources, *out.mutable_sources());
  put_texts(match.providers, out.mutable_providers());
  for (const config::RouteAttribute& attribute : match.attributes) {
    pb::RouteAttribute& to = *out.add_attributes();
    to.set_name(attribute.name);
    to.set_value(attribute.value);
  }
}

void encode_rule(const config::RouteRule& rule, pb::RouteRule& out) {
  out.set_name(rule.name);
  encode_match(rule.match, *out.mutable_match());
  for (const config::RouteTarget& target : rule.targets) {
    pb::RouteTarget& to = *out.add_targets();
    to.set_backend(target.backend);
    to.set_weight(target.weight);
    to.set_member(target.member);
  }
}

bool at_most(int count, int most, const FieldPath& field, Decoding& decoding) {
  if (count > most) decoding.refuse(field, fmt::format("has more than {}", most));
  return count <= most;
}

template <class Repeated>
std::vector<std::string> choices(const Repeated& list, const FieldPath& field, Decoding& decoding) {
  return at_most(list.size(), kMostChoices, field, decoding) ? texts(list)
                                                             : std::vector<std::string>();
}

std::vector<config::RouteAttribute> decode_attributes(const pb::RouteMatch& message,
                                                      const FieldPath& here, Decoding& decoding) {
  std::vector<config::RouteAttribute> out;
  if (!at_most(message.attributes_size(), kMostChoices, here / "attributes", decoding)) return out;
  for (const pb::RouteAttribute& one : message.attributes()) {
    out.push_back({one.name(), one.value()});
  }
  return out;
}

config::RouteMatch decode_match(const pb::RouteMatch& message, const FieldPath& here,
                                Decoding& decoding) {
  config::RouteMatch match;
  const FieldPath protocols = here / "protocols";
  for (int i = 0; i < message.protocols_size(); ++i) {
    match.protocols.push_back(decoding.choice(message.protocols(i), kProtocols, protocols.at(i)));
  }
  const FieldPath ports = here / "ports";
  for (int i = 0; i < message.ports_size(); ++i) {
    match.ports.push_back(decoding.port(message.ports(i), ports.at(i)));
  }
  match.hostnames = choices(message.hostnames(), here / "hostnames", decoding);
  match.domains = choices(message.domains(), here / "domains", decoding);
  match.users = choices(message.users(), here / "users", decoding);
  match.user_pattern = message.user_pattern();
  if (match.user_pattern.size() > kMostPatternOctets) {
    decoding.refuse(here / "user_pattern", "is too long");
  }
  match.sources = decode_networks(message.sources(), here / "sources", decoding);
  match.providers = choices(message.providers(), here / "providers", decoding);
  match.attributes = decode_attributes(message, here, decoding);
  return match;
}

config::RouteRule decode_rule(const pb::RouteRule& message, const FieldPath& here,
                              Decoding& decoding) {
  config::RouteRule rule{message.name(), {}, {}};
  // A rule without conditions would be everybody's: it is written, or it is a mistake.
  if (!message.has_match()) decoding.refuse(here / "match", "is not set");
  rule.match = decode_match(message.match(), here / "match", decoding);
  const FieldPath targets = here / "targets";
  if (!at_most(message.targets_size(), kMostTargets, targets, decoding)) return rule;
  for (int i = 0; i < message.targets_size(); ++i) {
    const pb::RouteTarget& target = message.targets(i);
    const FieldPath one = targets.at(i);
    decoding.required(target.backend(), one / "backend");
    rule.targets.push_back({target.backend(), target.weight(), target.member()});
  }
  const bool leads_somewhere = std::ranges::any_of(
      rule.targets, [](const config::RouteTarget& target) { return target.weight > 0; });
  if (!leads_somewhere) decoding.refuse(targets, "has no weight above 0");
  return rule;
}

}  // namespace

void encode_routing(const config::Routing& routing, pb::Routing& out) {
  for (const config::RoutingTable& table : routing.tables) {
    pb::RoutingTable& to = *out.add_tables();
    to.set_table(table.table);
    to.set_rejects_on_miss(table.rejects_on_miss);
  }
  for (const config::RouteRule& rule : routing.rules) encode_rule(rule, *out.add_rules());
  out.set_seed(routing.seed.data(), routing.seed.size());
}

config::Routing decode_routing(const pb::Routing& message, Decoding& decoding) {
  const FieldPath here{nullptr, "routing"};
  config::Routing routing;
  if (!at_most(message.tables_size(), kMostTables, here / "tables", decoding)) return routing;
  if (!at_most(message.rules_size(), kMostRules, here / "rules", decoding)) return routing;
  for (const pb::RoutingTable& table : message.tables()) {
    routing.tables.push_back({table.table(), table.rejects_on_miss()});
  }
  const FieldPath rules = here / "rules";
  for (int i = 0; i < message.rules_size(); ++i) {
    routing.rules.push_back(decode_rule(message.rules(i), rules.at(i), decoding));
  }
  if (message.seed().size() != routing.seed.size()) {
    decoding.refuse(here / "seed", "is not 16 octets long");
  } else {
    std::copy(message.seed().begin(), message.seed().end(),
              reinterpret_cast<char*>(routing.seed.data()));
  }
  // Shares of nothing: what leads nobody anywhere is not written out either.
  return routing.empty() ? config::Routing{} : routing;
}

}  // namespace postern::wire
