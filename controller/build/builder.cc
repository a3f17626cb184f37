#include "controller/build/builder.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "controller/build/class_rules.h"
#include "controller/build/class_terms.h"
#include "controller/build/domain_claims.h"
#include "controller/build/last_good.h"
#include "controller/build/part.h"
#include "controller/build/port_table.h"
#include "controller/build/secret_table.h"

namespace postern::build {
namespace {

using model::ObjectKey;
using world::Extent;
using Work = std::map<ObjectKey, Extent>;

bool same_rules(const Terms& a, const Terms& b) {
  return a.class_name == b.class_name && a.class_broken == b.class_broken &&
         a.in_cluster == b.in_cluster && a.reads_class == b.reads_class &&
         a.api_servers == b.api_servers;
}

bool same(const config::Resource& a, const config::Resource& b) {
  return a.body == b.body && a.sources == b.sources && a.required_features == b.required_features &&
         a.on_unsupported == b.on_unsupported;
}

bool believes_services(const std::optional<model::ProxyProtocolSpec>& proxy) {
  return proxy && !proxy->trusted_services.empty();
}

// Addresses of auth services are in PROVIDERs, those of load balancers in LISTENERs: they come with
// all the rest.
bool endpoints_reach_further(const model::MailServer& server) {
  const auto asks = [](const model::ProviderSpec& one) { return one.http() != nullptr; };
  const auto own = [](const model::ListenerSpec& one) {
    return believes_services(one.proxy_protocol);
  };
  return believes_services(server.proxy_protocol) || std::ranges::any_of(server.providers, asks) ||
         std::ranges::any_of(server.protocols, [&](const model::ProtocolSpec& protocol) {
           return std::ranges::any_of(protocol.listeners, own);
         });
}

template <class T>
void move_to(std::vector<T>& from, std::vector<T>& to) {
  std::ranges::move(from, std::back_inserter(to));
}

}  // namespace

struct Builder::State {
  bool started = false;
  Terms terms;
  std::map<ObjectKey, Part> parts;
  PortTable ports;
  DomainClaims domains;
  SecretTable secrets;
  TableBook tables;
  ClassBook class_book;
  LastGood last_good;
  std::set<std::pair<std::int64_t, ObjectKey>> expiries;
  std::size_t own_given = 0;  // SERVER, BACKEND, ENDPOINTS and PROVIDER resources

  [[nodiscard]] Work work_of(const Setting& setting, const world::Touched& touched);
  void count_in(const Setting& setting, Work& work) const;
  void make(const Setting& setting, const ObjectKey& key, Extent extent, Changes& out);
  // What is known of it but by ports and by domains.
  void forget(const ObjectKey& key, const Part& part);
  void drop(std::map<ObjectKey, Part>::iterator entry, Changes& out);
  void give(Part& part, Changes& out);
  void name_secrets(const Part& part);
  void finish(const Setting& setting, const std::set<ObjectKey>& others, Changes& out);
};

// Everything that is to be made anew, with what nobody touched: the clock moves, and where the
// class counts MailServers, one that goes makes room for another.
Work Builder::State::work_of(const Setting& setting, const world::Touched& touched) {
  Work work = touched.servers;
  const bool all = !started || touched.all || !same_rules(terms, setting.terms);
  started = true;
  terms = setting.terms;
  if (all) {
    ports.mark_all();
    for (const auto& [key, part] : parts) work[key] = Extent::Whole;
    for (const auto* server : setting.world.mail_servers()) work[server->meta.key] = Extent::Whole;
  }
  for (const auto& [expires, key] : expiries) {
    if (expires >= setting.terms.now_unix_s) break;
    work[key] = Extent::Whole;
  }
  if (!all) count_in(setting, work);
  return work;
}

void Builder::State::count_in(const Setting& setting, Work& work) const {
  std::set<std::string> namespaces;
  for (const auto& [key, extent] : work) {
    if (extent == Extent::Whole) namespaces.insert(key.object_namespace);
  }
  for (const std::string& name : namespaces) {
    if (!setting.rules.counts_in(name)) continue;
    for (auto part = parts.lower_bound(ObjectKey{"MailServer", name, ""});
         part != parts.end() && part->first.object_namespace == name; ++part) {
      work[part->first] = Extent::Whole;
    }
  }
}

void Builder::State::forget(const ObjectKey& key, const Part& part) {
  expiries.erase({part.expires_unix_s, key});
  for (const auto& [name, secret] : part.named_secrets) {
    secrets.leave(name, part.claimant.wishes.age);
  }
  for (const auto& [name, table] : part.named_tables) {
    tables.leave(name, part.claimant.wishes.age);
  }
}

void Builder::State::drop(std::map<ObjectKey, Part>::iterator entry, Changes& out) {
  Part& part = entry->second;
  forget(entry->first, part);
  ports.leave(part.claimant);
  domains.leave(part.claimant);
  for (const auto& given : part.given) out.removals.push_back(given->key());
  own_given -= part.given.size();
  out.gone.push_back(entry->first);
  parts.erase(entry);
}

void Builder::State::make(const Setting& setting, const ObjectKey& key, Extent extent,
                          Changes& out) {
  const model::MailServer* spec = setting.world.mail_server(key);
  const auto known = parts.find(key);
  if (spec == nullptr || !setting.rules.is_of_class(*spec)) {
    if (known != parts.end()) drop(known, out);
    return;
  }
  if (known != parts.end() && extent == Extent::Endpoints && !endpoints_reach_further(*spec)) {
    make_endpoints(setting, *spec, known->second);
    return;
  }
  const bool fresh = known == parts.end();
  Part& part = fresh ? parts[key] : known->second;
  forget(key, part);
  Part now = make_whole(setting, *spec);
  if (now.expires_unix_s != 0) expiries.insert({now.expires_unix_s, key});
  now.given = std::move(part.given);
  const bool as_before = !fresh && now.claimant.wishes == part.claimant.wishes;
  const bool same_domains = as_before && now.claimant.domains == part.claimant.domains;
  if (!as_before) ports.leave(part.claimant);
  if (!same_domains) domains.leave(part.claimant);
  if (as_before) now.claimant.outcomes = std::move(part.claimant.outcomes);
  // Who names none is judged no more.
  if (!now.claimant.domains.empty()) {
    now.claimant.lost_domains = std::move(part.claimant.lost_domains);
  }
  part = std::move(now);
  if (!as_before) ports.enter(part.claimant);
  if (!same_domains) domains.enter(part.claimant);
}

// Both lists are in order of their keys.
void Builder::State::give(Part& part, Changes& out) {
  Resources now;
  if (part.claimant.is_served()) now = part.own;
  auto old = part.given.begin();
  const auto remove_old = [&] { out.removals.push_back((*old++)->key()); };
  for (auto& resource : now) {
    while (old != part.given.end() && (*old)->key() < resource->key()) remove_old();
    if (old == part.given.end() || (*old)->key() != resource->key()) {
      out.upserts.push_back(resource);
      continue;
    }
    if (*old != resource && !same(**old, *resource)) out.upserts.push_back(resource);
    ++old;
  }
  while (old != part.given.end()) remove_old();
  own_given += now.size();
  own_given -= part.given.size();
  part.given = std::move(now);
}

void Builder::State::name_secrets(const Part& part) {
  const Wishes& wishes = part.claimant.wishes;
  config::SourceRef source = wishes.source;
  source.generation = part.generation;
  for (const auto& [name, secret] : part.named_secrets) {
    const bool needs = part.claimant.is_served() && part.secrets.contains(name);
    secrets.enter(name, secret, wishes.age, {source, needs});
  }
  for (const auto& [name, table] : part.named_tables) {
    tables.enter(name, table, wishes.age, {source, part.claimant.is_served()});
  }
}

void Builder::State::finish(const Setting& setting, const std::set<ObjectKey>& others,
                            Changes& out) {
  std::vector<std::pair<Age, ObjectKey>> by_age;
  for (const ObjectKey& key : others) {
    const auto entry = parts.find(key);
    if (entry == parts.end()) continue;
    give(entry->second, out);
    name_secrets(entry->second);
    by_age.emplace_back(entry->second.claimant.wishes.age, key);
  }
  std::ranges::sort(by_age);
  for (const auto& [age, key] : by_age) {
    out.verdicts.push_back(verdict_of(*setting.world.mail_server(key), parts.at(key)));
  }
}

Builder::Builder() : state_(std::make_unique<State>()) {}
Builder::~Builder() = default;
Builder::Builder(Builder&&) noexcept = default;
Builder& Builder::operator=(Builder&&) noexcept = default;

Builder Builder::renewed() const {
  Builder out;
  out.state_->last_good = state_->last_good;
  return out;
}

Changes Builder::update(const world::World& world, const world::Touched& touched,
                        const Terms& terms) {
  Changes out;
  out.listeners_before = state_->ports.size();
  const ClassRules rules(world, terms);
  out.class_problems = rules.problems();
  const Setting setting{world, terms, rules, state_->last_good};
  std::set<ObjectKey> others;
  for (const auto& [key, extent] : state_->work_of(setting, touched)) {
    state_->make(setting, key, extent, out);
    others.insert(key);
  }
  PortTable::Decided decided = state_->ports.decide(rules);
  if (!decided.servers.empty()) state_->domains.mark();
  others.merge(decided.servers);
  others.merge(state_->domains.decide());
  state_->finish(setting, others, out);
  SecretTable::Settled settled = state_->secrets.settle(state_->last_good);
  TableBook::Settled tables = state_->tables.settle(state_->last_good);
  move_to(decided.upserts, out.upserts);
  move_to(settled.upserts, out.upserts);
  move_to(tables.upserts, out.upserts);
  move_to(decided.removals, out.removals);
  move_to(settled.removals, out.removals);
  move_to(tables.removals, out.removals);
  state_->class_book.settle(world, terms, out);
  std::ranges::sort(out.upserts, {}, &config::FreshResource::key);
  std::ranges::sort(out.removals, std::ranges::greater{});
  out.listeners_after = state_->ports.size();
  out.resources = state_->own_given + state_->ports.size() + state_->secrets.size() +
                  state_->tables.size() + state_->class_book.size();
  return out;
}

Built build(const world::World& world, const Terms& terms) {
  world::Touched everything;
  everything.all = true;
  Changes changes = Builder().update(world, everything, terms);
  Built built;
  for (const config::FreshResource& one : changes.upserts) {
    built.resources.push_back(std::move(*one.shared()));
  }
  built.problems = std::move(changes.class_problems);
  for (Verdict& verdict : changes.verdicts) {
    move_to(verdict.problems, built.problems);
    ServedServer served{verdict.server.path(), {}};
    for (const ListenerVerdict& listener : verdict.listeners) {
      if (!listener.off_reason.empty()) continue;
      served.listeners.push_back({listener.port, listener.protocol, listener.tls});
    }
    if (!served.listeners.empty()) built.served.push_back(std::move(served));
  }
  return built;
}

}  // namespace postern::build
