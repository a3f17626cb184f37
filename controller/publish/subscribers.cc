#include "controller/publish/subscribers.h"

#include <set>

namespace postern::publish {

namespace {

std::set<config::ResourceKey> keys_of(const std::vector<Refusal>& errors) {
  std::set<config::ResourceKey> keys;
  for (const Refusal& error : errors) keys.insert(error.key);
  return keys;
}

}  // namespace

void Subscribers::want(Wanted wanted, std::optional<WallTime> caused_at) {
  wanted_ = std::move(wanted);
  version_ = version_of(wanted_);
  caused_at_ = caused_at;
  read_ = true;
}

void Subscribers::join(ConnectionId id, std::string proxy, Versions held) {
  Proxy& joined = proxies_[id];
  joined = Proxy{};
  joined.name = std::move(proxy);
  joined.held = std::move(held);
}

std::optional<ApplyReport> Subscribers::leave(ConnectionId id) {
  const auto found = proxies_.find(id);
  if (found == proxies_.end()) return std::nullopt;
  ApplyReport gone{id, found->second.name, ApplyReport::State::Gone, {}, {}};
  proxies_.erase(found);
  return gone;
}

bool Subscribers::in_flight(ConnectionId id) const {
  const auto found = proxies_.find(id);
  return found != proxies_.end() && found->second.in_flight.has_value();
}

std::optional<Push> Subscribers::next(ConnectionId id) {
  const auto found = proxies_.find(id);
  if (!read_ || found == proxies_.end() || found->second.in_flight) return std::nullopt;
  Proxy& proxy = found->second;
  drop_outdated_refusals(proxy);
  Push push;
  find_differences(proxy, push);
  // A proxy without differences is still told once which version it has.
  const bool news = !push.upserts.empty() || !push.removals.empty();
  if (!news && proxy.told_version == version_) return std::nullopt;
  push.nonce = std::to_string(++proxy.pushes);
  push.version = version_;
  push.full_state = !proxy.told_version && proxy.held.empty();
  push.caused_at = caused_at_;
  proxy.told_version = version_;
  proxy.in_flight = InFlight{push.nonce, {}};
  for (const SharedResource& r : push.upserts) proxy.in_flight->content[r->key()] = r;
  for (const config::ResourceKey& key : push.removals) proxy.in_flight->content[key] = nullptr;
  return push;
}

bool Subscribers::refused_already(const Proxy& proxy, const config::ResourceKey& key,
                                  const std::string& version) const {
  const auto found = proxy.refused.find(key);
  return found != proxy.refused.end() && found->second.refusal.version == version;
}

void Subscribers::drop_outdated_refusals(Proxy& proxy) const {
  std::erase_if(proxy.refused, [&](const auto& entry) {
    const auto now = wanted_.find(entry.first);
    // An empty version stands for a refused removal: outdated when the resource is wanted again.
    const std::string version = now == wanted_.end() ? "" : now->second->version;
    return version != entry.second.refusal.version;
  });
}

void Subscribers::find_differences(const Proxy& proxy, Push& push) const {
  for (const auto& [key, resource] : wanted_) {
    const auto held = proxy.held.find(key);
    if (held != proxy.held.end() && held->second == resource->version) continue;
    if (!refused_already(proxy, key, resource->version)) push.upserts.push_back(resource);
  }
  for (auto held = proxy.held.rbegin(); held != proxy.held.rend(); ++held) {
    if (wanted_.contains(held->first) || refused_already(proxy, held->first, "")) continue;
    push.removals.push_back(held->first);
  }
}

std::optional<ApplyReport> Subscribers::settle(ConnectionId id, const PushResult& result) {
  const auto found = proxies_.find(id);
  if (found == proxies_.end()) return std::nullopt;
  Proxy& proxy = found->second;
  if (proxy.in_flight && proxy.in_flight->nonce == result.nonce) {
    settle_push(proxy, result);
  } else if (!correct(proxy, result)) {
    return std::nullopt;
  }
  return report(id, proxy);
}

void Subscribers::settle_push(Proxy& proxy, const PushResult& result) {
  const std::set<config::ResourceKey> bad = keys_of(result.errors);
  bool blamed = false;
  for (const auto& [key, resource] : proxy.in_flight->content) {
    if (bad.contains(key)) {
      blamed = true;
    } else if (!result.rejected) {
      accept(proxy, key, resource ? resource->version : "");
    }
  }
  for (const Refusal& error : result.errors) refuse(proxy, error, result.nonce);
  // Without this, a proxy that rejects and blames nobody would be sent the same for ever.
  if (result.rejected && !blamed) refuse_all(proxy);
  proxy.rejected = result.rejected;
  proxy.in_flight.reset();
}

void Subscribers::accept(Proxy& proxy, const config::ResourceKey& key, const std::string& version) {
  if (version.empty()) {
    proxy.held.erase(key);
  } else {
    proxy.held[key] = version;
  }
  proxy.refused.erase(key);
}

void Subscribers::refuse(Proxy& proxy, const Refusal& error, const std::string& nonce) {
  Refused refused{error, nonce};
  const auto now = wanted_.find(error.key);
  if (now != wanted_.end()) refused.refusal.sources = now->second->sources;
  const auto held = proxy.held.find(error.key);
  bool ours = now != wanted_.end() || held != proxy.held.end();
  // A correction: what it held until now is what fails now.
  if (error.version.empty() && held != proxy.held.end()) refused.refusal.version = held->second;
  if (proxy.in_flight) {
    const auto sent = proxy.in_flight->content.find(error.key);
    if (sent != proxy.in_flight->content.end()) {
      // What we sent counts, not the proxy's word for it: it could not be matched later.
      refused.refusal.version = sent->second ? sent->second->version : "";
      if (sent->second) refused.refusal.sources = sent->second->sources;
      ours = true;
    }
  }
  if (!ours) return;  // it would only fill our memory
  if (error.running_version.empty()) {
    proxy.held.erase(error.key);
  } else {
    proxy.held[error.key] = error.running_version;
  }
  proxy.refused[error.key] = std::move(refused);
}

void Subscribers::refuse_all(Proxy& proxy) {
  for (const auto& [key, resource] : proxy.in_flight->content) {
    Refusal refusal;
    refusal.key = key;
    refusal.code = Refusal::Code::Internal;
    refusal.detail = "the proxy rejected the update and named no resource";
    if (resource) refusal.version = resource->version;
    if (resource) refusal.sources = resource->sources;
    const auto held = proxy.held.find(key);
    if (held != proxy.held.end()) refusal.running_version = held->second;
    proxy.refused[key] = {refusal, proxy.in_flight->nonce};
  }
}

// What that update had refused and is not named any more works now.
bool Subscribers::correct(Proxy& proxy, const PushResult& result) {
  if (proxy.pushes == 0) return false;
  const bool latest = result.nonce == std::to_string(proxy.pushes) && !proxy.in_flight;
  const std::set<config::ResourceKey> bad = keys_of(result.errors);
  std::vector<Refusal> good;
  for (const auto& [key, refused] : proxy.refused) {
    if (refused.nonce == result.nonce && !bad.contains(key)) good.push_back(refused.refusal);
  }
  if (good.empty() && !latest) return false;
  for (const Refusal& refusal : good) accept(proxy, refusal.key, refusal.version);
  for (const Refusal& error : result.errors) refuse(proxy, error, result.nonce);
  proxy.rejected = result.rejected;
  return true;
}

ApplyReport Subscribers::report(ConnectionId id, const Proxy& proxy) const {
  ApplyReport report{id, proxy.name, ApplyReport::State::Active, *proxy.told_version, {}};
  if (!proxy.refused.empty()) report.state = ApplyReport::State::PartiallyActive;
  if (proxy.rejected) report.state = ApplyReport::State::Rejected;
  for (const auto& [key, refused] : proxy.refused) report.refusals.push_back(refused.refusal);
  return report;
}

}  // namespace postern::publish
