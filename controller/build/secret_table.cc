#include "controller/build/secret_table.h"

#include <algorithm>
#include <utility>

namespace postern::build {
namespace {

// The oldest MailServer, the object, the other MailServers.
template <class Users>
std::vector<config::SourceRef> sources_of(const Users& users, const config::SourceRef& object) {
  std::vector<config::SourceRef> out;
  for (const auto& [age, user] : users) {
    out.push_back(user.source);
    if (out.size() == 1) out.push_back(object);
  }
  return out;
}

}  // namespace

void SecretTable::enter(const std::string& name, std::shared_ptr<const SecretDraft> draft,
                        User user) {
  Entry& entry = entries_[name];
  entry.draft = std::move(draft);
  const Age age = user.age;
  entry.users.insert_or_assign(age, std::move(user));
  marked_.insert(name);
}

void SecretTable::leave(const std::string& name, const Age& age) {
  const auto entry = entries_.find(name);
  if (entry == entries_.end()) return;
  entry->second.users.erase(age);
  marked_.insert(name);
}

void SecretTable::settle(const std::string& name, Entry& entry, Settled& out) {
  const bool needed =
      std::ranges::any_of(entry.users, [](const auto& user) { return user.second.needs; });
  if (!needed) {
    if (entry.given) {
      out.removals.push_back({config::ResourceType::Secret, name});
      --given_;
    }
    entry.given = false;
    entry.resource = {};
    return;
  }
  config::Resource resource;
  resource.name = name;
  resource.sources = sources_of(entry.users, entry.draft->source);
  resource.body = entry.draft->material;
  const bool same = entry.given && entry.resource.body == resource.body &&
                    entry.resource.sources == resource.sources;
  if (same) return;
  if (!entry.given) ++given_;
  entry.given = true;
  entry.resource = std::move(resource);
  out.upserts.push_back(entry.resource);
}

SecretTable::Settled SecretTable::settle(LastGood& last_good) {
  Settled out;
  for (const std::string& name : std::exchange(marked_, {})) {
    const auto entry = entries_.find(name);
    if (entry == entries_.end()) continue;
    settle(name, entry->second, out);
    if (!entry->second.users.empty()) continue;
    entries_.erase(entry);
    last_good.forget(name);
  }
  return out;
}

}  // namespace postern::build
