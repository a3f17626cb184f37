#include "proxy/adopt/candidate.h"

#include <utility>

namespace postern::adopt {

using config::ResourceKey;
using config::ResourceType;

namespace {

// Two resources that spoil each other could take turns for ever.
constexpr int kRetries = 2;

Needs needs_of_refused(const Refused& refused) {
  Needs needs = needs_of(*refused.resource);
  needs.insert(refused.blamed_by.begin(), refused.blamed_by.end());
  return needs;
}

}  // namespace

Candidate::Candidate(const config::Snapshot& before, Waiting& waiting, Dependants& dependants)
    : before_(before), waiting_(waiting), dependants_(dependants), draft_(before) {}

void Candidate::note(const ResourceKey& key) {
  const auto waits = waiting_.find(key);
  const Held waited = waits == waiting_.end() ? nullptr : waits->second.resource;
  const bool first = noted_.emplace(key, waited).second;
  if (first && waited) needs_[key].merge(needs_of_refused(waits->second));
}

void Candidate::put(const Held& resource) {
  const ResourceKey key = resource->key();
  note(key);
  const Held running = before_.find(key);
  if (!running || !need_the_same(*running, *resource)) {
    Needs needs = needs_of(*resource);
    dependants_.change(key, {}, needs);
    needs_[key].merge(needs);
  }
  draft_.put(resource);
  dirty_.insert(key);
}

void Candidate::want(const Held& resource) {
  const ResourceKey key = resource->key();
  const Held running = before_.find(key);
  const bool waits = waiting_.contains(key);
  if (waits) {
    note(key);
    waiting_.erase(key);
    wanted_again_.insert(key);
  }
  const bool is_running = running && running->version == resource->version;
  if (!is_running) return put(resource);
  if (is_new(key)) put(running);  // named twice in one update
}

void Candidate::drop(const ResourceKey& key) {
  if (!waiting_.contains(key) && !draft_.has(key.type, key.name)) return;
  note(key);
  waiting_.erase(key);
  draft_.erase(key);
  dirty_.insert(key);
}

std::optional<ResourceKey> Candidate::next() {
  if (dirty_.empty()) return std::nullopt;
  return std::move(dirty_.extract(dirty_.begin()).value());
}

// What waits is tried again, unless this preparation has refused it and nothing changed since.
bool Candidate::retry(const ResourceKey& key) {
  const auto waits = waiting_.find(key);
  if (waits == waiting_.end()) return false;
  if (errors_.contains(key) && may_retry_.erase(key) == 0) return false;
  if (++retries_[key] > kRetries) return false;
  errors_.erase(key);
  const Held again = waits->second.resource;
  put(again);
  waiting_.erase(key);
  return true;
}

void Candidate::touch_dependants(const ResourceKey& key) {
  const std::vector<ResourceKey> touched = dependants_.of(key);  // a retry may add to it
  for (const ResourceKey& dependant : touched) {
    // A secret that it has blamed does not depend on it otherwise.
    if (!retry(dependant) && dependant.type > key.type) dirty_.insert(dependant);
  }
}

void Candidate::refuse(const ResourceKey& key, Fault fault) {
  const Held refused = draft_.find(key);
  if (!refused) return;
  note(key);
  const Held before = before_.find(key);
  const bool falls_back = before && before->version != refused->version;
  const std::string running = falls_back ? before->version : std::string();
  const auto [error, first] =
      errors_.try_emplace(key, ResourceError{key, refused->version, running, fault.code,
                                             std::move(fault.field), std::move(fault.detail)});
  if (!first) error->second.running_version = running;
  waiting_.try_emplace(key, Refused{refused});
  if (falls_back) {
    draft_.put(before);
  } else {
    draft_.erase(key);
  }
  dirty_.insert(key);
  // Who was refused for it may be right now.
  for (const ResourceKey& dependant : dependants_.of(key)) may_retry_.insert(dependant);
}

void Candidate::refuse_or_blame(const ResourceKey& key, const std::string& suspect, Fault fault) {
  const Held failing = draft_.find(key);
  if (!failing) return;
  const bool is_own_fault = is_new(key);
  for (const ResourceKey& needed : needs_of(*failing)) {
    if (needed.type != ResourceType::Secret) continue;
    const bool suspected = suspect.empty() || needed.name == suspect;
    const bool changed = has(needed.type, needed.name) && is_new(needed) && before_.find(needed);
    // What is only tried again gives way to what the update asked for.
    const bool gives_way = retries_.contains(needed) && !retries_.contains(key);
    const bool is_suspect = suspected && changed && (!is_own_fault || gives_way);
    if (!is_suspect) continue;
    refuse(needed, {ErrorCode::BadCertificate, "", std::move(fault.detail)});
    waiting_.at(needed).blamed_by.insert(key);
    dependants_.change(needed, {}, {key});
    needs_[needed].insert(key);
    return;
  }
  refuse(key, std::move(fault));
}

bool Candidate::is_new(const ResourceKey& key) const {
  return draft_.find(key) != before_.find(key);
}

template <class Kind>
const Kind* Candidate::material(const std::string& secret) const {
  const Held found = draft_.find(ResourceType::Secret, secret);
  const auto* material = found ? std::get_if<config::SecretMaterial>(&found->body) : nullptr;
  return material ? std::get_if<Kind>(material) : nullptr;
}

const config::KeyPair* Candidate::key_pair(const std::string& secret) const {
  return material<config::KeyPair>(secret);
}

const config::TrustBundle* Candidate::trust(const std::string& secret) const {
  return material<config::TrustBundle>(secret);
}

const config::SecretText* Candidate::text(const std::string& secret) const {
  return material<config::SecretText>(secret);
}

const config::OwnTicketKeys* Candidate::tickets(const std::string& secret) const {
  return material<config::OwnTicketKeys>(secret);
}

const config::Credentials* Candidate::credentials(const std::string& secret) const {
  return material<config::Credentials>(secret);
}

// The same refusal as before this preparation, with the same still in force; but who sends it again
// is told again, since no error says that it is in force.
bool Candidate::is_old_news(const ResourceError& error) const {
  if (wanted_again_.contains(error.key)) return false;
  const auto noted = noted_.find(error.key);
  if (noted == noted_.end() || !noted->second) return false;
  const Held running = before_.find(error.key);
  return noted->second->version == error.version &&
         error.running_version == (running ? running->version : std::string());
}

void Candidate::settle_needs(const ResourceKey& key) {
  const Held before = before_.find(key);
  const Held running = draft_.find(key);
  const auto waits = waiting_.find(key);
  const bool is_plain = waits == waiting_.end() && !needs_.contains(key);
  if (is_plain && before && running && need_the_same(*before, *running)) return;
  Needs now;
  if (running) now = needs_of(*running);
  if (waits != waiting_.end()) now.merge(needs_of_refused(waits->second));
  Needs& ever = needs_[key];
  if (before) ever.merge(needs_of(*before));
  dependants_.change(key, ever, now);
}

Candidate::Verdict Candidate::finish(const std::string& version) {
  Verdict verdict;
  for (const auto& [key, waited] : noted_) {
    settle_needs(key);
    if (is_new(key)) verdict.changed.push_back(key);
    const Held now = draft_.find(key);
    if (waited && now && now->version == waited->version && is_new(key)) {
      verdict.recovered.push_back(key);
    }
  }
  for (auto& [key, error] : errors_) {
    if (!is_old_news(error)) verdict.errors.push_back(std::move(error));
  }
  verdict.accepted = draft_.finish(version);
  return verdict;
}

}  // namespace postern::adopt
