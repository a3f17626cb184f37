#include "controller/build/secret_table.h"

#include <algorithm>
#include <utility>

namespace postern::build {
namespace {

// The oldest MailServer, the object, the other MailServers.
template <class Users>
config::SourceList sources_of(const Users& users, const config::SourceRef& object) {
  std::vector<config::SourceRef> out;
  for (const auto& [age, user] : users) {
    out.push_back(user.source);
    if (out.size() == 1) out.push_back(object);
  }
  return out;
}

template <class Draft>
bool is_same(const std::shared_ptr<const Draft>& given, const std::shared_ptr<const Draft>& now) {
  return given == now || (given != nullptr && given->material == now->material);
}

config::ResourceType type_of(const SecretDraft*) { return config::ResourceType::Secret; }
config::ResourceType type_of(const TableDraft*) { return config::ResourceType::Table; }

std::vector<std::string> features_of(const SecretDraft& secret) {
  if (!std::holds_alternative<config::OwnTicketKeys>(secret.material)) return {};
  return {std::string(config::kOwnTicketKeys)};
}
std::vector<std::string> features_of(const TableDraft& table) { return table.required_features; }

}  // namespace

template <class Draft>
void NamedByMany<Draft>::enter(const std::string& name, std::shared_ptr<const Draft> draft,
                               const Age& age, User user) {
  Entry& entry = entries_[name];
  entry.draft = std::move(draft);
  entry.users.insert_or_assign(age, std::move(user));
  marked_.insert(name);
}

template <class Draft>
void NamedByMany<Draft>::leave(const std::string& name, const Age& age) {
  const auto entry = entries_.find(name);
  if (entry == entries_.end()) return;
  entry->second.users.erase(age);
  marked_.insert(name);
}

template <class Draft>
void NamedByMany<Draft>::settle(const std::string& name, Entry& entry, Settled& out) {
  const bool needed =
      std::ranges::any_of(entry.users, [](const auto& user) { return user.second.needs; });
  if (!needed) {
    if (entry.given != nullptr) {
      out.removals.push_back({type_of(static_cast<const Draft*>(nullptr)), name});
      --given_;
    }
    entry.given.reset();
    entry.sources.clear();
    return;
  }
  config::SourceList sources = sources_of(entry.users, entry.draft->source);
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
  resource.required_features = features_of(*entry.draft);
  out.upserts.emplace_back(std::move(resource));
}

template <class Draft>
typename NamedByMany<Draft>::Settled NamedByMany<Draft>::settle(LastGood& last_good) {
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

template class NamedByMany<SecretDraft>;
template class NamedByMany<TableDraft>;

}  // namespace postern::build
