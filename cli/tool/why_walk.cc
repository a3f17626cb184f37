#include "cli/tool/why_walk.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/tool/why_words.h"
#include "common/base/ascii.h"
#include "proxy/policy/admission.h"
#include "proxy/policy/auth_chain.h"
#include "proxy/policy/balancing.h"
#include "proxy/policy/hash_key.h"
#include "proxy/policy/names.h"
#include "proxy/policy/pinned.h"
#include "proxy/policy/placement.h"
#include "proxy/policy/tenancy.h"

namespace postern::tool {
namespace {

// Nobody has tried anybody: all that is ready can be used.
class AllUsable final : public policy::MembersView {
 public:
  [[nodiscard]] bool usable(std::string_view) const override { return true; }
  [[nodiscard]] std::uint32_t sessions(std::string_view) const override { return 0; }
};

std::string tls_words(config::ListenerTls tls) {
  switch (tls) {
    case config::ListenerTls::Implicit: return "TLS from the first octet";
    case config::ListenerTls::StartTls: return "TLS after STARTTLS";
    case config::ListenerTls::Disabled: return "no TLS";
  }
  return "?";
}

// Of the ports of a protocol that with TLS from the first octet, then the lowest.
const config::Listener* listener_of(const config::Snapshot& snapshot, Protocol protocol) {
  std::vector<const config::Listener*> found;
  snapshot.each([&](const config::Snapshot::Held& held) {
    const auto* listener = held->as<config::Listener>();
    if (listener != nullptr && listener->protocol == protocol) found.push_back(listener);
  });
  const auto order = [](const config::Listener* one) {
    return std::pair(one->tls != config::ListenerTls::Implicit, one->port);
  };
  const auto best = std::ranges::min_element(found, {}, order);
  return best == found.end() ? nullptr : *best;
}

bool contains(const std::vector<Network>& networks, const IpAddress& address) {
  return std::ranges::any_of(networks,
                             [&](const Network& network) { return network.contains(address); });
}

std::string at_words(const policy::Candidate& candidate) {
  const std::string address = candidate.address.text();
  return candidate.id == candidate.address.ip.text()
             ? address
             : fmt::format("{} at {}", candidate.id, address);
}

// Empty: only who is there is chosen from.
std::string home_of(const config::Backend& backend, const policy::BalancingRequest& request) {
  if (backend.balancing.policy != config::BalancingPolicy::ConsistentHash) return {};
  std::vector<policy::Member> members;
  for (const std::string& id : backend.declared_members) members.push_back({id, 1});
  if (members.empty()) return {};
  const std::string hashed =
      policy::hashed_text(backend.balancing.hash_key, request.mailbox, request.client);
  return std::string(members[policy::home(backend.seed, members, hashed)].id);
}

// Whose turn it is, and who has the fewest, is a proxy's own knowledge.
std::string spread_words(const config::Backend& backend,
                         const std::vector<policy::Candidate>& members) {
  const bool in_turn = backend.balancing.policy == config::BalancingPolicy::RoundRobin;
  return fmt::format("any of {}: {}", members.size(),
                     in_turn ? "each in its turn" : "the one with the fewest sessions");
}

std::string followers(const std::vector<policy::Candidate>& order) {
  constexpr std::size_t kMostNamed = 5;
  std::vector<std::string> ids;
  for (std::size_t i = 1; i < std::min(order.size(), kMostNamed + 1); ++i) {
    ids.push_back(order[i].id);
  }
  if (ids.empty()) return "; nobody stands in for it";
  const std::size_t more = order.size() - 1 - ids.size();
  return fmt::format("; where that fails {}{}", fmt::join(ids, ", then "),
                     more > 0 ? fmt::format(", and {} more", more) : "");
}

// By whatever mechanism: where he shows a certificate, that says who he is.
bool knows_domain(const config::Provider& provider, std::string_view account) {
  return std::holds_alternative<config::CertificateProvider>(provider.kind) ||
         policy::has_domain(provider, policy::domain_of(account));
}

// As a session whom SNI brought to nobody is led.
std::optional<std::size_t> tenant_by_domain(const config::Listener& listener,
                                            const config::Snapshot& snapshot,
                                            std::string_view typed, const config::Server& oldest) {
  const auto account = policy::account_name(typed, oldest.names);
  if (!account) return 0;  // for the oldest to refuse
  config::TenantDomains::Kept all;
  all.fresh.resize(listener.tenants.size());
  std::iota(all.fresh.begin(), all.fresh.end(), std::size_t{0});
  const config::TenantDomains domains(
      listener.tenants,
      {[&](const std::string& name) { return snapshot.server(name); },
       [&](const std::string& name) { return snapshot.table(name); }},
      all);
  return policy::tenant_of(*account, listener, snapshot, domains);
}

}  // namespace

void WhyWalk::say(std::string what, std::string value, std::string says) {
  answer_.steps.push_back({std::move(what), std::move(value), std::move(says)});
}

bool WhyWalk::refuse(std::string what, std::string says) {
  answer_.verdict = says;
  say(std::move(what), {}, std::move(says));
  return false;
}

bool WhyWalk::find_listener() {
  const Protocol wanted = options_.protocol.value_or(Protocol::Imap);
  listener_ = options_.port ? snapshot_.listener(*options_.port) : listener_of(snapshot_, wanted);
  if (listener_ == nullptr) {
    return refuse("port", options_.port ? fmt::format("no MailServer offers anything on port {}",
                                                      *options_.port)
                                        : fmt::format("no MailServer offers {}", name_of(wanted)));
  }
  facts_.port = listener_->port;
  facts_.protocol = listener_->protocol;
  const std::string speaks = fmt::format("{} speaks {}, {}", listener_->port,
                                         name_of(listener_->protocol), tls_words(listener_->tls));
  if (options_.protocol && *options_.protocol != listener_->protocol) {
    return refuse("port", fmt::format("{}, and not {}", speaks, name_of(*options_.protocol)));
  }
  say("port", std::to_string(listener_->port), speaks);
  const auto& proxy = listener_->proxy_protocol;
  if (!proxy || proxy->other_peers != config::OtherPeers::Refuse) return true;
  if (!contains(proxy->trusted, facts_.client.ip)) {
    say("way in", {},
        "through a load balancer that tells his address; who comes himself is closed");
    return true;
  }
  return refuse("way in",
                "that is the address of a load balancer; ask with that of the client "
                "whom it tells of");
}

// By what a tenant of this port is chosen where no hostname is.
std::string WhyWalk::tenant_words(std::size_t index) const {
  const config::Server* oldest = snapshot_.server(listener_->tenants.front().server);
  const config::Server* server = snapshot_.server(listener_->tenants[index].server);
  const auto account = policy::account_name(options_.user, oldest->names);
  const std::string domain = account ? lower(policy::domain_of(*account)) : std::string();
  if (server == nullptr || !config::names_domain(*server, snapshot_, domain)) {
    return index == 0 ? "the oldest on this port" : "the oldest on this port without domains";
  }
  for (const std::string& name : server->domain_tables) {
    const config::Table* table = snapshot_.table(name);
    if (table == nullptr || table->find(domain) == nullptr) continue;
    return fmt::format("by his domain, line {} of {}", domain, table_words(name));
  }
  return "by his domain";
}

bool WhyWalk::find_server() {
  const std::string& name = facts_.asked_name;
  const config::Server* oldest = snapshot_.server(listener_->tenants.front().server);
  if (oldest == nullptr) return refuse("MailServer", "the oldest on this port is not served");
  const policy::Decision let_in = policy::admit_name(*listener_, *oldest, name);
  if (!let_in.allowed()) {
    return refuse("MailServer", fmt::format("{}, and {} has unknownNames: Reject: he gets a TLS "
                                            "alert",
                                            let_in.message, listener_->tenants.front().server));
  }
  const config::Tenant* tenant = name.empty() ? nullptr : policy::tenant_named(*listener_, name);
  std::string how = fmt::format("by the name {}", printable(name));
  if (tenant == nullptr) {
    const auto index = tenant_by_domain(*listener_, snapshot_, options_.user, *oldest);
    if (!index) {
      return refuse("MailServer",
                    "no MailServer of this port has his domain: he is refused as one "
                    "with a wrong password");
    }
    tenant = &listener_->tenants[*index];
    how = fmt::format("{}, since {}", tenant_words(*index),
                      name.empty() ? std::string("no name is asked for (--hostname)")
                                   : fmt::format("nobody has the name {}", printable(name)));
  }
  server_ = snapshot_.server(tenant->server);
  if (server_ == nullptr) return refuse("MailServer", tenant->server + " is not served");
  facts_.server = tenant->server;
  say("MailServer", tenant->server, fmt::format("{}, {}", tenant->server, how));
  return true;
}

bool WhyWalk::find_account() {
  auto account = policy::account_name(options_.user, server_->names);
  if (!account) {
    return refuse("name", fmt::format("no mailbox has such a name ({}): he is refused as one with "
                                      "a wrong password",
                                      name_of(account.error())));
  }
  account_ = std::move(*account);
  facts_.mailbox = policy::mailbox_name(account_, server_->names);
  if (!policy::takes_name(*server_, snapshot_, account_)) {
    return refuse("domain", fmt::format("{} is not among the domains of {}: he is refused as one "
                                        "with a wrong password, whoever else has that domain",
                                        printable(policy::domain_of(account_)), facts_.server));
  }
  if (account_ != options_.user || facts_.mailbox != account_) {
    say("name", facts_.mailbox,
        facts_.mailbox == account_
            ? account_
            : fmt::format("{}, whose mailbox is {}", account_, facts_.mailbox));
  }
  return true;
}

bool WhyWalk::find_provider() {
  if (server_->providers.empty()) {
    say("login", {}, "the mail pod itself decides");
    return true;
  }
  std::vector<const config::Provider*> providers;
  for (const std::string& name : server_->providers) {
    if (const auto* provider = snapshot_.provider(name)) providers.push_back(provider);
  }
  policy::AuthChain chain(providers, Mechanism::Plain, account_);
  if (chain.empty()) {
    return refuse("login", fmt::format("no provider checks passwords of {}: he is refused as one "
                                       "with a wrong password",
                                       printable(account_)));
  }
  std::vector<std::string> asked;
  facts_.provider = options_.provider.empty() ? chain.asked()->name : options_.provider;
  while (const config::Provider* provider = chain.asked()) {
    asked.push_back(provider_words(*provider));
    if (chain.hear(policy::Refuse{.unknown_user = true})) break;
  }
  const auto named = std::ranges::find(providers, facts_.provider, &config::Provider::name);
  if (named == providers.end()) {
    return refuse("login", fmt::format("there is no provider {}", printable(facts_.provider)));
  }
  if (!knows_domain(**named, account_)) {
    return refuse("login", fmt::format("{} is never asked about {}: it checks names of {} alone",
                                       facts_.provider, printable(account_),
                                       fmt::join((*named)->domains, ", ")));
  }
  facts_.attributes = options_.attributes;
  say("login", facts_.provider, fmt::format("{}", fmt::join(asked, "; who is unknown there: ")));
  return true;
}

// Backends without the protocol have no share in it.
std::string WhyWalk::share_words(const policy::Route& route) const {
  const auto& rules = server_->routing.rules;
  const auto rule = std::ranges::find(rules, route.choice.name, &config::RouteRule::name);
  const auto& able = server_->offer(facts_.protocol)->backends;
  std::uint32_t whole = 0;
  std::uint32_t own = 0;
  for (const config::RouteTarget& target : rule->targets) {
    if (std::ranges::find(able, target.backend) == able.end()) continue;
    whole += target.weight;
    if (target.backend == route.backend) own = target.weight;
  }
  return own == whole ? std::string() : fmt::format(", in the share of {} of {}", own, whole);
}

bool WhyWalk::find_backend() {
  std::vector<const config::Table*> tables;
  for (const config::RoutingTable& one : server_->routing.tables) {
    tables.push_back(one.table.empty() ? nullptr : snapshot_.table(one.table));
  }
  const auto patterns = policy::UserPatterns::compile(server_->routing.rules);
  const policy::RoutingView view{*server_, tables, patterns ? &*patterns : nullptr};
  const auto route = policy::route(view, facts_);
  if (!route) return refuse("backend", unrouted_words(route.error(), facts_.protocol));
  const std::string word(policy::backend_word(route->backend));
  std::string says = fmt::format("{}, by {}", word, choice_words(route->choice));
  if (route->choice.by == policy::ChosenBy::Rule) says += share_words(*route);
  say("by", std::string(choice_kind(route->choice)), choice_words(route->choice));
  say("backend", word, says);
  return find_member(*route);
}

bool WhyWalk::find_member(const policy::Route& route) {
  const config::Backend* backend = snapshot_.backend(route.backend);
  const config::EndpointSet* endpoints = snapshot_.endpoints(route.backend);
  if (backend == nullptr) return refuse("member", "the backend is not served");
  static const config::EndpointSet kNobody;
  policy::BalancingRequest request{*backend, endpoints == nullptr ? kNobody : *endpoints,
                                   facts_.protocol, facts_.mailbox};
  request.client = facts_.client.ip;
  if (!route.member.empty()) {
    const auto pinned = policy::pinned_endpoint(request, route.member);
    if (!pinned) {
      return refuse("member", fmt::format("{}, which is not there: he gets a temporary failure, "
                                          "since nobody stands in for it",
                                          route.member));
    }
    say("member", pinned->id, fmt::format("{}, and no other", at_words(*pinned)));
    return true;
  }
  const std::string home = home_of(*backend, request);
  if (request.endpoints.endpoints.empty() && !home.empty()) {
    say("member", home, fmt::format("{}, by the hash; these files do not say where it is", home));
    return true;
  }
  const auto order = policy::order_endpoints(request, AllUsable());
  if (order && backend->balancing.policy != config::BalancingPolicy::ConsistentHash) {
    say("member", {}, spread_words(*backend, *order));
    return true;
  }
  if (order) {
    say("member", order->front().id, at_words(order->front()) + followers(*order));
    return true;
  }
  if (!backend->dynamic.empty()) {
    say("member", {}, "where the auth service says");
    return true;
  }
  return refuse("member", home.empty()
                              ? "none is ready in these files: he gets a temporary failure"
                              : fmt::format("{} by the hash, which is not ready: he gets a "
                                            "temporary failure",
                                            home));
}

void WhyWalk::tell_bounds() {
  const config::ServerLimits& limits = server_->limits;
  std::vector<std::string> bounds;
  const auto add = [&](std::uint64_t most, std::string_view of) {
    if (most > 0) bounds.push_back(fmt::format("{} {}", most, of));
  };
  add(limits.max_connections_per_user, "sessions of this mailbox");
  add(limits.max_connections_per_source, "connections of this source");
  add(limits.new_connections_per_minute_per_source, "new connections of this source in a minute");
  add(limits.max_connections, "connections in all");
  add(limits.max_failures_per_session, "failed logins on one connection");
  add(limits.bytes_per_second, "octets a second each way of one session");
  say("limits", {}, fmt::format("in each proxy {}", fmt::join(bounds, ", ")));
  const config::LoginProtection& protection = server_->protection;
  if (contains(protection.exempt, facts_.client.ip)) {
    return say("protection", "exempt", "this source is exempt: never delayed, never blocked");
  }
  say("protection", "held",
      fmt::format("failed logins of this source: {}; as this user: {}; {}",
                  rate_words(protection.per_source), rate_words(protection.per_user),
                  protection.penalty_grows ? "each costs a growing delay" : "no growing delay"));
}

WhyAnswer WhyWalk::walk() {
  facts_.client.ip = options_.source.value_or(IpAddress());
  facts_.asked_name = lower(options_.hostname);
  answer_.about = fmt::format("{} from {}", printable(options_.user), facts_.client.ip.text());
  answer_.served =
      find_listener() && find_server() && find_account() && find_provider() && find_backend();
  if (answer_.served) {
    tell_bounds();
    answer_.verdict = "if the credentials are right and the member answers";
  }
  return std::move(answer_);
}

}  // namespace postern::tool
