#include "controller/publish/proxy_record.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "common/wire/snapshot_codec.h"

namespace postern::publish {

namespace {

using config::ResourceKey;

// Below it the whole is as small as a delta.
constexpr std::size_t kLeastForDelta = 8;
// A proxy that cannot follow deltas is sent everything twice; after so many times no more.
constexpr int kMostFailedDeltas = 3;

}  // namespace

ProxyRecord::ProxyRecord(ConnectionId id, Greeting greeting, PushMetrics& metrics)
    : id_(id), greeting_(std::move(greeting)), metrics_(metrics) {
  for (auto& [key, version] : greeting_.held) {
    hold(std::make_shared<const Versioned>(key, std::move(version)), nullptr);
  }
  greeting_.held.clear();
}

std::optional<Push> ProxyRecord::next(const Goal& goal) {
  if (in_flight_) return std::nullopt;
  Push push;
  const bool first = told_version_.empty();
  if (first) {
    push.full_state = held_.empty() || greeting_.holds_unknown;
    look_at_differences(goal.wanted);
  }
  for (const ResourceKey& key : look_) consider(key, goal.wanted, push);
  look_.clear();
  if (!push.upserts.empty()) retry_missing_dependencies(goal.wanted, push);
  // What is held back may be in force as it was: "everything that is not named goes" would end it.
  if (!refused_.empty()) push.full_state = false;
  // A proxy without differences is still told once which version it has.
  const bool news = !push.upserts.empty() || !push.removals.empty();
  if (!news && told_version_ == goal.version) {
    answered_sequence_ = goal.sequence;
    return std::nullopt;
  }
  launch(goal, push);
  return push;
}

void ProxyRecord::look_at_differences(const Wanted& wanted) {
  for (const auto& [key, held] : held_) look_.insert(*key);
  for (const SharedResource& resource : wanted.all()) look_.insert(resource->key());
}

void ProxyRecord::hold(SharedName name, SharedResource resource) {
  held_.erase(&name->key);  // the old name would go with the value that its key points into
  const ResourceKey* key = &name->key;
  if (resource && wire::entries_of(*resource) < kLeastForDelta) resource = nullptr;
  held_.emplace(key, Held{std::move(name), std::move(resource)});
}

void ProxyRecord::consider(const ResourceKey& key, const Wanted& wanted, Push& push) {
  const SharedResource now = wanted.find(key);
  const auto held = held_.find(&key);
  if (!now) return consider_gone(key, push);
  if (const std::string* feature = missing_feature(*now)) {
    return withhold(key, now, *feature, push);
  }
  const bool holds_it = held != held_.end() && held->second.version() == now->version;
  // With full_state, what is held has to be named like the rest.
  if (holds_it && !(push.full_state && greeting_.holds_unknown)) {
    // Told once more, it forgets the newer one, which could come into force later.
    if (awaits(key)) return push.upserts.push_back({now, nullptr});
    refused_.erase(key);
    hold(wanted.name_of(key), now);
    return;
  }
  if (!refused_already(key, now->version)) push.upserts.push_back({now, delta_base(key, *now)});
}

void ProxyRecord::consider_gone(const ResourceKey& key, Push& push) {
  const bool is_held = held_.contains(&key);
  // A refused removal stays what it is.
  if (is_held && refused_already(key, "")) return;
  if (is_held || awaits(key)) {
    push.removals.push_back(key);
  } else {
    refused_.erase(key);  // we had held it back
  }
}

// A proxy tries again by itself what it refused, when something else changes.
bool ProxyRecord::awaits(const ResourceKey& key) const {
  const auto found = refused_.find(key);
  if (found == refused_.end()) return false;
  const Refusal& refusal = found->second.refusal;
  return refusal.code != Refusal::Code::ProxyTooOld && !refusal.version.empty();
}

// Never a weaker configuration: the proxy keeps what it has, or loses it.
void ProxyRecord::withhold(const ResourceKey& key, const SharedResource& now,
                           const std::string& feature, Push& push) {
  const auto held = held_.find(&key);
  Refusal refusal;
  refusal.key = key;
  refusal.version = now->version;
  refusal.code = Refusal::Code::ProxyTooOld;
  refusal.field = "required_features";
  refusal.detail = fmt::format("the proxy does not know the feature '{}'", printable(feature, 64));
  refusal.sources = now->sources;
  const bool drops = now->on_unsupported == config::OnUnsupported::DropServer;
  // What it refused before and tries again would come into force without what is required now.
  const bool must_go = held == held_.end() ? awaits(key) : drops;
  if (must_go && !refused_already(key, "")) push.removals.push_back(key);
  if (held != held_.end() && !drops) refusal.running_version = held->second.version();
  if (!refused_already(key, now->version)) metrics_.refused(key.type, refusal.code);
  refused_[key] = {std::move(refusal), {}};
}

void ProxyRecord::retry_missing_dependencies(const Wanted& wanted, Push& push) {
  std::vector<ResourceKey> again;
  for (const auto& [key, refused] : refused_) {
    const bool lacked = refused.refusal.code == Refusal::Code::MissingDependency;
    const auto now = wanted.find(key);
    const bool still_wanted = (now ? now->version : std::string()) == refused.refusal.version;
    if (lacked && !refused.refusal.retryable && still_wanted) again.push_back(key);
  }
  for (const ResourceKey& key : again) {
    refused_.erase(key);
    consider(key, wanted, push);
  }
}

void ProxyRecord::launch(const Goal& goal, Push& push) {
  std::sort(push.upserts.begin(), push.upserts.end(),
            [](const Upsert& a, const Upsert& b) { return a.resource->key() < b.resource->key(); });
  std::sort(push.removals.begin(), push.removals.end(), std::greater<>());
  push.nonce = std::to_string(++pushes_);
  push.version = goal.version;
  told_version_ = goal.version;
  in_flight_ = InFlight{push.nonce, push.version, goal.sequence, {}};
  for (const Upsert& upsert : push.upserts) in_flight_->content[upsert.resource->key()] = upsert;
  for (const ResourceKey& key : push.removals) in_flight_->content[key] = {};
}

const std::string* ProxyRecord::missing_feature(const config::Resource& resource) const {
  for (const std::string& feature : resource.required_features) {
    if (!greeting_.features.contains(feature)) return &feature;
  }
  return nullptr;
}

SharedResource ProxyRecord::delta_base(const ResourceKey& key, const config::Resource& now) const {
  const auto held = held_.find(&key);
  if (wire::entries_of(now) < kLeastForDelta || held == held_.end()) return nullptr;
  if (failed_deltas_ >= kMostFailedDeltas) return nullptr;
  return greeting_.features.contains(wire::delta_feature(key.type)) ? held->second.base : nullptr;
}

bool ProxyRecord::refused_already(const ResourceKey& key, std::string_view version) const {
  const auto found = refused_.find(key);
  return found != refused_.end() && found->second.refusal.version == version;
}

ApplyReport::State ProxyRecord::state() const {
  if (rejected_) return ApplyReport::State::Rejected;
  return refused_.empty() ? ApplyReport::State::Active : ApplyReport::State::PartiallyActive;
}

ApplyReport ProxyRecord::report(const Wanted& wanted) const {
  ApplyReport report{id_, greeting_.proxy, state(), answered_version_, {}, answered_sequence_};
  for (const auto& [key, refused] : refused_) {
    report.refusals.push_back(refused.refusal);
    // An object may have a new generation that changed nothing in the resource.
    const SharedResource now = wanted.find(key);
    if (now && now->version == refused.refusal.version) {
      report.refusals.back().sources = now->sources;
    }
  }
  return report;
}

}  // namespace postern::publish
