#include "proxy/policy/routing.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "proxy/policy/admission.h"
#include "proxy/policy/auth_chain.h"
#include "proxy/policy/placement.h"

namespace postern::policy {

namespace {

using config::ProtocolOffer;
using Found = std::optional<Result<Route, Unrouted>>;  // nothing: who comes next decides

// "mail/example/old" is the backend "old" of "mail/example".
bool is_called(std::string_view resource, std::string_view server, std::string_view word) {
  return resource.size() == server.size() + 1 + word.size() && resource.starts_with(server) &&
         resource[server.size()] == '/' && resource.ends_with(word);
}

const std::string* find_backend(const ProtocolOffer& offer, std::string_view server,
                                std::string_view word) {
  const auto found = std::ranges::find_if(offer.backends, [&](const std::string& resource) {
    return is_called(resource, server, word);
  });
  return found == offer.backends.end() ? nullptr : &*found;
}

bool has(const ProtocolOffer& offer, std::string_view resource) {
  return std::ranges::find(offer.backends, resource) != offer.backends.end();
}

Found unrouted(Unrouted why) { return Fail<Unrouted>(why); }

// The mail is where the line or rule says, and this protocol is not there. Somebody who only sends
// mail can do that elsewhere; a mailbox cannot be anywhere else.
Found lacking(const Facts& facts, const Choice& choice) {
  if (!needs_mailbox(facts.protocol)) return std::nullopt;
  return unrouted({NoRoute::BackendLacksIt, choice, {}});
}

Found follow(const config::TableLine& line, const Choice& choice, const RoutingView& view,
             const Facts& facts) {
  const ProtocolOffer& offer = *view.server.offer(facts.protocol);
  if (const std::string* backend = find_backend(offer, facts.server, line.backend)) {
    return Route{*backend, line.member, choice};
  }
  const bool is_known = std::ranges::any_of(view.server.protocols, [&](const ProtocolOffer& one) {
    return find_backend(one, facts.server, line.backend) != nullptr;
  });
  if (is_known) return lacking(facts, choice);
  return unrouted({NoRoute::UnknownBackend, choice, line.backend});
}

Found ask_table(std::size_t index, const RoutingView& view, const Facts& facts) {
  const config::RoutingTable& named = view.server.routing.tables[index];
  const config::Table* const table = index < view.tables.size() ? view.tables[index] : nullptr;
  if (table == nullptr) {
    return unrouted({NoRoute::TableAway, {ChosenBy::TableLine, named.table, {}}, {}});
  }
  if (const config::TableLine* line = table->find(facts.mailbox)) {
    return follow(*line, {ChosenBy::TableLine, named.table, line->key}, view, facts);
  }
  const std::string_view domain = domain_of(facts.mailbox);
  const config::TableLine* rest = domain.empty() ? nullptr : table->find_domain(domain);
  if (rest) return follow(*rest, {ChosenBy::DomainLine, named.table, rest->key}, view, facts);
  if (!named.rejects_on_miss) return std::nullopt;
  return unrouted({NoRoute::UnknownUser, {ChosenBy::TableLine, named.table, {}}, {}});
}

// Shares of several backends. Named as no member of a backend can be: who is at home where within a
// backend must not depend on which backend he came to.
std::string share_id(std::string_view resource) {
  return "backend/" + std::string(backend_word(resource));
}

const config::RouteTarget& share_of(const std::vector<const config::RouteTarget*>& targets,
                                    const SipKey& seed, std::string_view mailbox) {
  if (targets.size() == 1) return *targets.front();
  std::vector<std::string> ids;
  for (const config::RouteTarget* target : targets) ids.push_back(share_id(target->backend));
  std::vector<Member> members;
  for (std::size_t i = 0; i < ids.size(); ++i) members.push_back({ids[i], targets[i]->weight});
  return *targets[home(seed, members, mailbox)];
}

Found ask_rule(const config::RouteRule& rule, const RoutingView& view, const Facts& facts) {
  const ProtocolOffer& offer = *view.server.offer(facts.protocol);
  const Choice choice{ChosenBy::Rule, rule.name, {}};
  std::vector<const config::RouteTarget*> targets;
  for (const config::RouteTarget& target : rule.targets) {
    if (target.weight > 0 && has(offer, target.backend)) targets.push_back(&target);
  }
  if (targets.empty()) return lacking(facts, choice);
  const auto& target = share_of(targets, view.server.routing.seed, facts.mailbox);
  return Route{target.backend, target.member, choice};
}

// A list that was not written says nothing.
template <class List, class Predicate>
bool one_of(const List& list, Predicate is_it) {
  return list.empty() || std::ranges::any_of(list, is_it);
}

bool session_matches(const config::RouteMatch& match, const Facts& facts) {
  const auto is = [](const auto& wanted) {
    return [&wanted](const auto& one) { return one == wanted; };
  };
  return one_of(match.protocols, is(facts.protocol)) && one_of(match.ports, is(facts.port)) &&
         one_of(match.hostnames,
                [&](const std::string& pattern) {
                  return !facts.asked_name.empty() && hostname_matches(pattern, facts.asked_name);
                }) &&
         one_of(match.sources,
                [&](const Network& network) { return network.contains(facts.client.ip); });
}

bool user_matches(const config::RouteMatch& match, const Facts& facts) {
  const std::string_view domain = domain_of(facts.mailbox);
  const auto is = [](std::string_view wanted) {
    return [wanted](const std::string& one) { return one == wanted; };
  };
  return one_of(match.domains, is(domain)) && one_of(match.users, is(facts.mailbox)) &&
         one_of(match.providers, is(facts.provider)) &&
         std::ranges::all_of(match.attributes, [&](const config::RouteAttribute& wanted) {
           const auto found = facts.attributes.find(wanted.name);
           return found != facts.attributes.end() && found->second == wanted.value;
         });
}

std::string who(const Choice& choice) {
  switch (choice.by) {
    case ChosenBy::TableLine:
    case ChosenBy::DomainLine:
      return choice.key.empty() ? fmt::format("table {}", choice.name)
                                : fmt::format("line {} of table {}", choice.key, choice.name);
    case ChosenBy::Rule: return fmt::format("rule {}", choice.name);
    case ChosenBy::Default: return "the order of the backends";
  }
  return "?";
}

std::string why_not(const Unrouted& why) {
  switch (why.reason) {
    case NoRoute::ProtocolNotOffered: return "not offered";
    case NoRoute::NoBackend: return "no backend has the protocol";
    case NoRoute::TableAway: return who(why.choice) + " is not here";
    case NoRoute::UnknownUser: return who(why.choice) + " does not have this user";
    case NoRoute::UnknownBackend:
      return fmt::format("{} names backend {}, which is not here", who(why.choice), why.backend);
    case NoRoute::BackendLacksIt:
      return fmt::format("no backend of {} has the protocol", who(why.choice));
  }
  return "?";
}

}  // namespace

std::string_view name_of(NoRoute reason) {
  switch (reason) {
    case NoRoute::ProtocolNotOffered: return "protocol_not_offered";
    case NoRoute::NoBackend: return "no_backend";
    case NoRoute::TableAway: return "table_away";
    case NoRoute::UnknownUser: return "unknown_user";
    case NoRoute::UnknownBackend: return "unknown_backend";
    case NoRoute::BackendLacksIt: return "backend_lacks_it";
  }
  return "?";
}

bool needs_mailbox(Protocol protocol) {
  switch (protocol) {
    case Protocol::Imap:
    case Protocol::Pop3:
    case Protocol::ManageSieve:
    case Protocol::Lmtp: return true;
    case Protocol::Submission:
    case Protocol::Mx: return false;
  }
  return true;
}

std::string_view backend_word(std::string_view resource) {
  const std::size_t slash = resource.rfind('/');
  return slash == std::string_view::npos ? resource : resource.substr(slash + 1);
}

bool rule_matches(const RoutingView& view, std::size_t rule, const Facts& facts) {
  const config::RouteMatch& match = view.server.routing.rules[rule].match;
  if (!session_matches(match, facts) || !user_matches(match, facts)) return false;
  if (match.user_pattern.empty()) return true;
  return view.patterns != nullptr && view.patterns->matches(rule, facts.mailbox);
}

Result<Route, Unrouted> route(const RoutingView& view, const Facts& facts) {
  // A MailServer may leave names as they are typed; tables and rules are in lower case either way.
  const bool is_as_typed = std::ranges::any_of(facts.mailbox, [](char c) { return c != lower(c); });
  if (is_as_typed) {
    Facts lowered = facts;
    lowered.mailbox = lower(facts.mailbox);
    return route(view, lowered);
  }
  const ProtocolOffer* offer = view.server.offer(facts.protocol);
  if (offer == nullptr) return Fail<Unrouted>({NoRoute::ProtocolNotOffered});
  const config::Routing& routing = view.server.routing;
  for (std::size_t i = 0; i < routing.tables.size(); ++i) {
    if (const Found found = ask_table(i, view, facts)) return *found;
  }
  for (std::size_t i = 0; i < routing.rules.size(); ++i) {
    if (!rule_matches(view, i, facts)) continue;
    if (const Found found = ask_rule(routing.rules[i], view, facts)) return *found;
  }
  if (offer->backends.empty()) return Fail<Unrouted>({NoRoute::NoBackend});
  return Route{offer->backends.front(), {}, {}};
}

std::string explain(const RoutingView& view, const Facts& facts) {
  const std::string what = fmt::format("{} of {}", name_of(facts.protocol), facts.server);
  const auto routed = route(view, facts);
  if (!routed) return fmt::format("{}: {}", what, why_not(routed.error()));
  const std::string where = routed->member.empty() ? fmt::format("backend {}", routed->backend)
                                                   : fmt::format("member {} of backend {}",
                                                                 routed->member, routed->backend);
  if (routed->choice.by == ChosenBy::Default) {
    return fmt::format("{}: {}, the first of {} that have the protocol", what, where,
                       view.server.offer(facts.protocol)->backends.size());
  }
  return fmt::format("{}: {}, by {}", what, where, who(routed->choice));
}

}  // namespace postern::policy
