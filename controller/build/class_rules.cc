#include "controller/build/class_rules.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "controller/build/checks.h"
#include "controller/build/class_egress.h"
#include "controller/build/class_namespaces.h"
#include "controller/build/proxy_trust.h"

namespace postern::build {
namespace {

// What a class opens in a cluster that says nothing of ports.
constexpr std::array<std::uint16_t, 9> kPortsOfClusters = {143, 993,  110, 995, 587,
                                                           465, 4190, 25,  24};

void add_address(const IpAddress& address, EgressGround& out) {
  const bool v4 = address.family() == IpAddress::Family::V4;
  out.api_servers.push_back({address, static_cast<std::uint8_t>(v4 ? 32 : 128)});
}

EgressGround ground_of(const world::World& world, const Terms& terms) {
  EgressGround out;
  out.in_cluster = terms.in_cluster;
  if (!terms.in_cluster) return out;
  for (const IpAddress& address : terms.api_servers) add_address(address, out);
  if (const auto* service = world.service("default", "kubernetes")) {
    for (const IpAddress& address : service->api_addresses) add_address(address, out);
  }
  for (const auto* slice : world.slices("default", "kubernetes")) {
    for (const model::SliceEndpoint& endpoint : slice->endpoints) {
      for (const IpAddress& address : endpoint.addresses) add_address(address, out);
    }
  }
  return out;
}

// A refusal of the MailServer as a whole.
void refuse(ServerDraft& server, std::string field, std::string reason, std::string message) {
  server.remark(Remark{std::move(field), std::move(reason), std::move(message)});
}

void claim_hostnames(ServerDraft& server, const model::NamespaceRule* rule) {
  server.hostnames.clear();
  for (std::size_t i = 0; i < server.spec->hostnames.size(); ++i) {
    const std::string& hostname = server.spec->hostnames[i];
    if (rule == nullptr || may_claim(rule->hostnames, hostname)) {
      server.hostnames.push_back(hostname);
      continue;
    }
    refuse(server, fmt::format("spec.hostnames[{}]", i), "HostnameNotAllowed",
           fmt::format("{} is not for this namespace: rule {} of the class allows {} and names "
                       "below",
                       hostname, rule->name, fmt::join(rule->hostnames, ", ")));
  }
}

// False: the class lets it have none of its domains, or it would have those of everybody.
bool claim_domains(ServerDraft& server, const model::NamespaceRule* rule) {
  server.domains.clear();
  for (std::size_t i = 0; i < server.spec->domains.size(); ++i) {
    const std::string& domain = server.spec->domains[i];
    if (rule == nullptr || may_claim(rule->domains, domain)) {
      server.domains.push_back(domain);
      continue;
    }
    refuse(server, fmt::format("spec.domains[{}]", i), "DomainNotAllowed",
           fmt::format("{} is not for this namespace: rule {} of the class allows {} and domains "
                       "below",
                       domain, rule->name, fmt::join(rule->domains, ", ")));
  }
  if (rule == nullptr || rule->domains.empty() || !server.domains.empty()) return true;
  if (!server.spec->domains_from.empty()) return true;  // bounded, if by an empty table
  if (server.spec->domains.empty()) {
    refuse(server, "spec.domains", "DomainNotAllowed",
           fmt::format("is missing: rule {} of the class lets mail be for {} and domains below "
                       "only, so a MailServer must name its domains",
                       rule->name, fmt::join(rule->domains, ", ")));
  }
  return false;
}

// Of two upper limits the smaller; 0: not limited.
template <class Count>
Count smaller(Count own, Count most) {
  return own == 0 ? most : std::min(own, most);
}

template <class Count>
struct LimitField {
  std::string_view name;
  std::optional<Count> model::LimitsSpec::* spec;
  Count config::ServerLimits::* limit;
};
constexpr LimitField<std::uint64_t> kByteRate{"bytesPerSecond",
                                              &model::LimitsSpec::bytes_per_second,
                                              &config::ServerLimits::bytes_per_second};
constexpr LimitField<std::uint32_t> kLimits[] = {
    {"maxConnections", &model::LimitsSpec::max_connections, &config::ServerLimits::max_connections},
    {"maxConnectionsPerSource", &model::LimitsSpec::max_connections_per_source,
     &config::ServerLimits::max_connections_per_source},
    {"maxConnectionsPerUser", &model::LimitsSpec::max_connections_per_user,
     &config::ServerLimits::max_connections_per_user},
    {"maxConnectionsBeforeLogin", &model::LimitsSpec::max_connections_before_login,
     &config::ServerLimits::max_connections_before_login},
    {"newConnectionsPerMinutePerSource", &model::LimitsSpec::new_connections_per_minute_per_source,
     &config::ServerLimits::new_connections_per_minute_per_source},
    {"maxCommandBytes", &model::LimitsSpec::max_command_bytes,
     &config::ServerLimits::max_command_octets},
    {"maxErrors", &model::LimitsSpec::max_errors, &config::ServerLimits::max_errors},
    {"maxCommands", &model::LimitsSpec::max_commands, &config::ServerLimits::max_commands},
    {"maxReplyBytes", &model::LimitsSpec::max_reply_bytes, &config::ServerLimits::max_reply_octets},
};

template <class Count>
void hold_to(const model::NamespaceRule& rule, const LimitField<Count>& field,
             ServerDraft& server) {
  const std::optional<Count>& most = (*rule.limits).*field.spec;
  if (!most) return;
  Count& limit = server.server.limits.*field.limit;
  limit = smaller(limit, *most);
  const std::optional<Count>& written = server.spec->limits.*field.spec;
  if (!written || *written <= *most) return;
  server.remark(Remark{fmt::format("spec.limits.{}", field.name), "PartiallyAccepted",
                       fmt::format("{} is above what rule {} of the class allows: {} holds",
                                   *written, rule.name, *most)});
}

config::ListenerSocket socket_of(const model::SocketSpec& spec) {
  config::ListenerSocket out;
  out.backlog = spec.backlog;
  out.receive_buffer_octets = spec.receive_buffer_octets;
  out.send_buffer_octets = spec.send_buffer_octets;
  out.ipv6_only = spec.ipv6_only;
  out.multipath = spec.multipath;
  out.keep_alive = spec.keep_alive.enabled;
  out.keep_alive_idle_s = spec.keep_alive.idle_s;
  out.keep_alive_interval_s = spec.keep_alive.interval_s;
  out.keep_alive_probes = spec.keep_alive.probes;
  return out;
}

}  // namespace

ClassRules::ClassRules(const world::World& world, const Terms& terms)
    : world_(world),
      terms_(terms),
      choice_(class_choice(world, terms)),
      class_(choice_.mail_class),
      ground_(ground_of(world, terms)) {
  if (class_ == nullptr || !class_->proxy_protocol) return;
  ProxyTrust trust =
      proxy_trust(world, *class_->proxy_protocol, "spec.proxyProtocol", std::nullopt);
  proxy_protocol_ = std::move(trust.believed);
  proxy_remarks_ = std::move(trust.remarks);
}

const std::vector<const model::MailServer*>& ClassRules::mail_servers_of(
    const std::string& object_namespace) const {
  if (!by_namespace_) {
    by_namespace_.emplace();
    for (const model::MailServer* server : world_.mail_servers()) {
      if (!is_of_class(*server)) continue;
      (*by_namespace_)[server->meta.key.object_namespace].push_back(server);
    }
  }
  return (*by_namespace_)[object_namespace];
}

const model::NamespaceRule* ClassRules::rule_for(const std::string& object_namespace) const {
  if (class_ == nullptr || !class_->namespaces) return nullptr;
  const auto* found = world_.name_space(object_namespace);
  Labels labels;
  if (found != nullptr) labels = found->meta.labels;
  labels[std::string(model::kNamespaceNameLabel)] = object_namespace;
  for (const model::NamespaceRule& rule : *class_->namespaces) {
    // In a cluster every namespace has an object. Where it cannot be read, nobody may say which
    // rule is the first that fits.
    const bool is_blind = terms_.in_cluster && found == nullptr;
    if (is_blind && asks_for_labels(rule.selector)) return nullptr;
    if (fits(rule.selector, labels)) return &rule;
  }
  return nullptr;
}

bool ClassRules::is_one_too_many(const ServerDraft& server, std::uint32_t most) const {
  if (most == 0) return false;
  const auto& all = mail_servers_of(server.spec->meta.key.object_namespace);
  if (all.size() <= most) return false;
  return std::none_of(all.begin(), all.begin() + most, [&](const model::MailServer* one) {
    return one->meta.key == server.spec->meta.key;
  });
}

bool ClassRules::counts_in(const std::string& object_namespace) const {
  const model::NamespaceRule* rule = rule_for(object_namespace);
  return rule != nullptr && rule->max_mail_servers > 0;
}

bool ClassRules::is_of_class(const model::MailServer& server) const {
  const std::string& wanted = server.ingress_class_name;
  return wanted.empty() ? choice_.takes_unclassed : wanted == terms_.class_name;
}

bool ClassRules::may_be_here(ServerDraft& server) const {
  if (!choice_.refusal.empty()) {
    refuse(server, "spec.ingressClassName", "ClassNotFound", choice_.refusal);
    return false;
  }
  const bool ruled = class_ != nullptr && class_->namespaces;
  const std::string& object_namespace = server.spec->meta.key.object_namespace;
  const model::NamespaceRule* rule = rule_for(object_namespace);
  if (ruled && rule == nullptr) {
    refuse(server, "", "NamespaceNotAllowed",
           fmt::format("namespace {} may have no MailServer here: no rule of MailClass {} fits it",
                       object_namespace, terms_.class_name));
    return false;
  }
  if (rule != nullptr && is_one_too_many(server, rule->max_mail_servers)) {
    refuse(server, "", "TooManyMailServers",
           fmt::format("namespace {} may have {} here, and older ones count first: rule {} of the "
                       "class",
                       object_namespace, rule->max_mail_servers, rule->name));
    return false;
  }
  claim_hostnames(server, rule);
  const std::size_t said = server.problems.size();
  const bool bounded = claim_domains(server, rule);
  if (server.hostnames.empty()) return false;
  if (!bounded) server.tell_first(said);
  return bounded;
}

void ClassRules::apply_to(ServerDraft& server) const {
  const auto* rule = rule_for(server.spec->meta.key.object_namespace);
  if (rule == nullptr || !rule->limits) return;
  for (const auto& field : kLimits) hold_to(*rule, field, server);
  hold_to(*rule, kByteRate, server);
}

const model::PortSpec* ClassRules::port(std::uint16_t number) const {
  if (class_ == nullptr || !class_->ports) return nullptr;
  const auto found = std::ranges::find(*class_->ports, number, &model::PortSpec::port);
  return found == class_->ports->end() ? nullptr : &*found;
}

std::optional<Remark> ClassRules::check_port(std::uint16_t number, std::string field) const {
  std::vector<std::uint16_t> open;
  if (class_ != nullptr && class_->ports) {
    for (const model::PortSpec& one : *class_->ports) open.push_back(one.port);
  } else if (terms_.in_cluster) {
    open.assign(kPortsOfClusters.begin(), kPortsOfClusters.end());
  } else {
    return std::nullopt;
  }
  if (std::ranges::find(open, number) != open.end()) return std::nullopt;
  return Remark{
      std::move(field), "PortNotServed",
      fmt::format("the class does not open port {}: it opens {}", number, fmt::join(open, ", "))};
}

void ClassRules::apply_to(config::Listener& listener) const {
  const model::PortSpec* entry = port(listener.port);
  if (entry == nullptr) return;
  listener.addresses = entry->addresses;
  listener.socket = socket_of(entry->socket);
}

std::optional<config::SourceRef> ClassRules::source_of(const config::Listener& listener) const {
  if (port(listener.port) == nullptr) return std::nullopt;
  if (listener.addresses.empty() && listener.socket == config::ListenerSocket{}) {
    return std::nullopt;
  }
  return build::source_of(class_->meta);
}

bool ClassRules::may_point_to(const IpAddress& address) const {
  return egress_allows(class_ == nullptr ? std::nullopt : class_->egress, address, ground_);
}

bool ClassRules::may_point_to_by_hand(const IpAddress& address) const {
  const bool has_entries = class_ != nullptr && class_->egress;
  return (has_entries || !terms_.in_cluster) && may_point_to(address);
}

std::vector<Network> ClassRules::open_within(const std::vector<Network>& wanted) const {
  return egress_within(class_ == nullptr ? std::nullopt : class_->egress, wanted, ground_);
}

model::Problems ClassRules::problems() const {
  model::Problems out;
  for (const Remark& remark : proxy_remarks_) out.push_back(problem_of(class_->meta, remark));
  if (class_ == nullptr || !class_->egress) return out;
  for (std::size_t i = 0; i < class_->egress->size(); ++i) {
    const Network& entry = (*class_->egress)[i];
    if (!opens_protected(entry, ground_)) continue;
    out.push_back(problem_of(
        class_->meta, insecure(fmt::format("spec.egress.allowedCIDRs[{}]", i), "ProtectedEgress",
                               fmt::format("{} lets MailServers point proxies at themselves, or at "
                                           "what only this machine or its link may reach",
                                           entry.text()))));
  }
  return out;
}

std::string_view ClassRules::what_opens() const {
  if (class_ != nullptr && class_->egress) return "not within egress.allowedCIDRs of the class";
  return terms_.in_cluster
             ? "endpoints without a selector, loopback, link-local addresses and the API server "
               "need an entry in egress.allowedCIDRs of the class"
             : "link-local addresses need an entry in egress.allowedCIDRs of the class";
}

Remark ClassRules::closed_target(const std::vector<IpAddress>& addresses, std::string field,
                                 std::string_view who) const {
  constexpr std::size_t kShown = 4;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < std::min(addresses.size(), kShown); ++i) {
    texts.push_back(addresses[i].text());
  }
  if (addresses.size() > kShown) texts.push_back(fmt::format("{} more", addresses.size() - kShown));
  return Remark{std::move(field), "EgressNotAllowed",
                fmt::format("{} leads to {}, where proxies may not connect: {}", who,
                            fmt::join(texts, ", "), what_opens())};
}

}  // namespace postern::build
