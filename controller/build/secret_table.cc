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

bool is_same(const std::shared_ptr<const SecretDraft>& given,
             const std::shared_ptr<const SecretDraft>& now) {
  return given == now || (given != nullptr && given->material == now->material);
}

}  // namespace

void SecretTable::enter(const std::string& name, std::shared_ptr<const SecretDraft> draft,
                        const Age& age, User user) {
  Entry& entry = entries_[name];
  entry.draft = std::move(draft);
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
    if (entry.given != nullptr) {
      out.removals.push_back({config::ResourceType::Secret, name});
      --given_;
    }
    entry.given.reset();
    entry.sources.clear();
    return;
  }
  std::vector<config::SourceRef> sources = sources_of(entry.users, entry.draft->source);
  if (is_same(entry.given, entry.draft) && entry.sources == sources) {
    entry.given = entry.draft;
    return;
  }
  if (entry.given == nullptr) ++given_;
  entry.given = entry.draft;
  entry.sources = std::move(sources);
  config::Resource resource;
  resource.name = name;
  resource.sources = entry.sources;
  resource.body = entry.draft->material;
  out.upserts.emplace_back(std::move(resource));
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
