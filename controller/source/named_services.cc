#include "controller/source/named_services.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "controller/source/service_hosts.h"

namespace postern::source {

namespace {

// An answer takes a few milliseconds; without it a MailServer would be told for a moment that its
// host has no address.
constexpr Duration kLongestLater{500};
// So that no tenant takes from the others what AddressNames looks up.
constexpr std::size_t kMostOfANamespace = 100;

const model::ObjectKey& key_of(const model::SharedObject& object) {
  return model::meta_of(*object).key;
}

}  // namespace

NamedServices::NamedServices(NamedServicesTerms terms, std::function<void()> changed)
    : first_(terms.first), names_(std::move(terms.look_up), terms.every, std::move(changed)) {}

void NamedServices::complete(Changes& changes) {
  if (remember(changes)) ask();
  was_asked_ = true;
  if (named_.empty()) return;
  const Hosts renewed = renew();
  std::set<model::ObjectKey> given;
  for (model::SharedObject& object : changes.changed) {
    if (!named_.contains(key_of(object))) continue;
    given.insert(key_of(object));
    object = filled(*object);
  }
  if (renewed.empty()) return;
  for (const auto& [key, named] : named_) {
    const bool is_other = std::ranges::any_of(
        named.hosts, [&](const std::string& host) { return renewed.contains(host); });
    if (is_other && !given.contains(key)) changes.changed.push_back(filled(*named.object));
  }
}

bool NamedServices::remember(const Changes& changes) {
  bool others = false;
  for (const model::ObjectKey& key : changes.gone) others = named_.erase(key) != 0 || others;
  for (const model::SharedObject& object : changes.changed) {
    Hosts hosts = service_hosts(*object);
    const auto at = named_.find(key_of(object));
    if (hosts.empty() && at == named_.end()) continue;
    others = others || at == named_.end() || at->second.hosts != hosts;
    if (hosts.empty()) {
      named_.erase(at);
    } else {
      named_[key_of(object)] = {object, std::move(hosts)};
    }
  }
  return others;
}

void NamedServices::ask() {
  Hosts all;
  std::map<std::string, Hosts> by_namespace;
  // Those that are known first: no newcomer takes the place of one that is in use.
  for (const bool is_known : {true, false}) {
    for (const auto& [key, named] : named_) {
      Hosts& own = by_namespace[key.object_namespace];
      for (const std::string& host : named.hosts) {
        if (given_.contains(host) == is_known && own.size() < kMostOfANamespace) own.insert(host);
      }
    }
  }
  for (auto& [name, own] : by_namespace) all.merge(own);
  names_.want(all);
  std::erase_if(given_, [&](const auto& known) { return !all.contains(known.first); });
  for (const std::string& host : all) given_.try_emplace(host);
  names_.wait(was_asked_ ? std::min(first_, kLongestLater) : first_);
}

NamedServices::Hosts NamedServices::renew() {
  Hosts out;
  for (auto& [host, addresses] : given_) {
    auto answer = names_.answer(host);
    if (!answer || answer->addresses == addresses) continue;
    addresses = std::move(answer->addresses);
    out.insert(host);
  }
  return out;
}

model::SharedObject NamedServices::filled(const model::Object& object) const {
  model::MailServer out = *model::as<model::MailServer>(object);
  for (model::ProviderSpec& provider : out.providers) {
    auto* http = std::get_if<model::HttpProviderSpec>(&provider.kind);
    if (http == nullptr) continue;
    const auto at = given_.find(http->endpoint.name_to_resolve());
    if (at != given_.end()) http->endpoint.url_addresses = at->second;
  }
  return std::make_shared<model::Object>(std::move(out));
}

}  // namespace postern::source
