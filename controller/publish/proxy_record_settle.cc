// The half of ProxyRecord that takes answers.
#include "controller/publish/proxy_record.h"

namespace postern::publish {

namespace {

using config::ResourceKey;

std::set<ResourceKey> keys_of(const std::vector<Refusal>& errors) {
  std::set<ResourceKey> keys;
  for (const Refusal& error : errors) keys.insert(error.key);
  return keys;
}

SharedName named(const ResourceKey& key, const std::string& version) {
  return std::make_shared<const Versioned>(key, version);
}

}  // namespace

bool ProxyRecord::settle(const PushResult& result, const Wanted& wanted) {
  if (in_flight_ && in_flight_->nonce == result.nonce) {
    const InFlight push = std::move(*in_flight_);
    in_flight_.reset();
    settle_push(push, result, wanted);
    return true;
  }
  // What we hold back has no nonce, and is not the proxy's to correct.
  return !result.nonce.empty() && correct(result, wanted);
}

void ProxyRecord::settle_push(const InFlight& push, const PushResult& result,
                              const Wanted& wanted) {
  const std::set<ResourceKey> bad = keys_of(result.errors);
  bool blamed = false;
  for (const auto& [key, sent] : push.content) {
    blamed = blamed || bad.contains(key);
    if (bad.contains(key)) continue;
    metrics_.answered(key.type, !result.rejected);
    if (result.rejected) {
      look_.insert(key);  // it was not its fault
    } else {
      accept(key, sent.resource ? sent.resource->version : "", sent.resource, wanted);
    }
  }
  bool is_answered = true;
  for (const Refusal& error : result.errors) {
    if (wants_the_whole(push, error)) {
      is_answered = false;
    } else {
      refuse(error, &push, result.nonce, wanted);
    }
  }
  // Without this, a proxy that rejects and blames nobody would be sent the same for ever.
  if (result.rejected && !blamed) refuse_all(push);
  rejected_ = result.rejected;
  answered_version_ = push.version;
  if (is_answered) answered_sequence_ = push.sequence;
}

// Whatever a proxy has against a delta, the whole is its second chance.
bool ProxyRecord::wants_the_whole(const InFlight& push, const Refusal& error) {
  const auto sent = push.content.find(error.key);
  if (sent == push.content.end() || !sent->second.base) return false;
  const auto held = held_.find(&error.key);
  if (held != held_.end() && error.running_version.empty()) {
    held_.erase(held);
  } else if (held != held_.end()) {
    hold(named(error.key, error.running_version), nullptr);
  }
  look_.insert(error.key);
  ++failed_deltas_;
  return true;
}

void ProxyRecord::accept(const ResourceKey& key, const std::string& version,
                         const SharedResource& resource, const Wanted& wanted) {
  const auto refused = refused_.find(key);
  if (version.empty()) {
    held_.erase(&key);
    // What a proxy too old may not even keep is gone, and still not what is wanted.
    if (refused == refused_.end() || refused->second.refusal.code == Refusal::Code::ProxyTooOld) {
      return;
    }
  } else {
    const SharedName now = wanted.name_of(key);
    hold(now && now->version == version ? now : named(key, version), resource);
  }
  refused_.erase(key);
}

void ProxyRecord::refuse(const Refusal& error, const InFlight* push, const std::string& nonce,
                         const Wanted& wanted) {
  Refused refused{error, nonce};
  const SharedResource now = wanted.find(error.key);
  if (now) refused.refusal.sources = now->sources;
  const auto held = held_.find(&error.key);
  bool ours = now || held != held_.end();
  // A correction: what it held until now is what fails now.
  if (error.version.empty() && held != held_.end())
    refused.refusal.version = held->second.version();
  if (push && push->content.contains(error.key)) {
    // What we sent counts, not the proxy's word for it: it could not be matched later.
    const SharedResource& sent = push->content.at(error.key).resource;
    refused.refusal.version = sent ? sent->version : "";
    if (sent) refused.refusal.sources = sent->sources;
    metrics_.answered(error.key.type, false);
    ours = true;
  }
  if (!ours) return;  // it would only fill our memory
  metrics_.refused(error.key.type, error.code);
  if (error.running_version.empty()) {
    held_.erase(&error.key);
  } else if (held == held_.end() || held->second.version() != error.running_version) {
    hold(named(error.key, error.running_version), nullptr);
  }
  refused_[error.key] = std::move(refused);
  if (!push) look_.insert(error.key);
}

void ProxyRecord::refuse_all(const InFlight& push) {
  for (const auto& [key, sent] : push.content) {
    Refusal refusal;
    refusal.key = key;
    refusal.code = Refusal::Code::Internal;
    refusal.detail = "the proxy rejected the update and named no resource";
    if (sent.resource) refusal.version = sent.resource->version;
    if (sent.resource) refusal.sources = sent.resource->sources;
    const auto held = held_.find(&key);
    if (held != held_.end()) refusal.running_version = held->second.version();
    metrics_.refused(key.type, refusal.code);
    refused_[key] = {std::move(refusal), push.nonce};
  }
}

// What that update had refused and is not named any more works now.
bool ProxyRecord::correct(const PushResult& result, const Wanted& wanted) {
  if (pushes_ == 0) return false;
  const bool latest = result.nonce == std::to_string(pushes_) && !in_flight_;
  const std::set<ResourceKey> bad = keys_of(result.errors);
  std::vector<Refusal> good;
  for (const auto& [key, refused] : refused_) {
    if (refused.nonce == result.nonce && !bad.contains(key)) good.push_back(refused.refusal);
  }
  if (good.empty() && !latest) return false;
  for (const Refusal& refusal : good) {
    const SharedResource now = wanted.find(refusal.key);
    const bool known = now && now->version == refusal.version;
    accept(refusal.key, refusal.version, known ? now : nullptr, wanted);
    look_.insert(refusal.key);
  }
  for (const Refusal& error : result.errors) refuse(error, nullptr, result.nonce, wanted);
  if (latest) rejected_ = result.rejected;
  return true;
}

}  // namespace postern::publish
