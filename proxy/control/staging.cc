#include "proxy/control/staging.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string_view>
#include <utility>

#include "common/wire/snapshot_codec.h"
#include "proxy/control/hello.h"

namespace postern::control {

namespace pb = config::v1alpha1;

// Without a copy of any name: they would lie between the resources, which stay.
class Staging::Named {
 public:
  // Both outlive this; the strings of upserts stay where they are.
  Named(const std::vector<config::Resource>& upserts, const std::set<config::ResourceKey>& more) {
    all_.reserve(upserts.size() + more.size());
    for (const config::Resource& resource : upserts) {
      all_.emplace_back(resource.type(), resource.name);
    }
    for (const config::ResourceKey& key : more) all_.emplace_back(key.type, key.name);
    std::sort(all_.begin(), all_.end());
  }
  [[nodiscard]] bool has(const config::ResourceKey& key) const {
    return std::binary_search(all_.begin(), all_.end(), Name(key.type, key.name));
  }

 private:
  using Name = std::pair<config::ResourceType, std::string_view>;
  std::vector<Name> all_;
};

std::optional<StagedUpdate> Staging::add(pb::ConfigUpdate& chunk, const adopt::Adopter& held,
                                         Place place) {
  if (staged_ && staged_->nonce != chunk.nonce()) drop();
  if (!staged_) staged_.emplace().nonce = chunk.nonce();
  StagedUpdate& staged = *staged_;
  octets_ += chunk.ByteSizeLong();
  staged.update.version = chunk.version();
  staged.revision = revision_of(chunk.revision());
  for (pb::Resource& resource : *chunk.mutable_upserts()) {
    stage(resource, held, staged);
    wire::wipe_secrets(resource);
  }
  stage_removals(chunk, staged);
  if (!chunk.last_chunk()) return std::nullopt;
  // The adopter is told what goes, never "all the rest": a resource that was named but did not
  // decode keeps its predecessor.
  if (place == Place::First || chunk.full_state()) {
    const Named named(staged.update.upserts, undecoded_);
    if (chunk.full_state()) remove_what_was_not_named(held, named, staged);
    if (place == Place::First) forget_what_waits(held, named, staged);
  }
  std::optional<StagedUpdate> whole = std::move(staged_);
  drop();
  return whole;
}

void Staging::stage(const pb::Resource& resource, const adopt::Adopter& held, StagedUpdate& to) {
  const auto type = type_of(resource.type());
  const bool is_delta = resource.endpoints().has_delta() || resource.listener().has_tenants_delta();
  const auto base = type && is_delta ? held.resource({*type, resource.name()}) : nullptr;
  if (auto decoded = wire::decode(resource, base.get())) {
    to.update.upserts.push_back(std::move(*decoded));
  } else {
    const auto running = type ? held.resource({*type, resource.name()}) : nullptr;
    if (type) undecoded_.insert({*type, resource.name()});
    to.errors.push_back(error_message(resource, decoded.error(), running.get()));
  }
}

void Staging::stage_removals(const pb::ConfigUpdate& chunk, StagedUpdate& to) {
  for (const pb::ResourceName& name : chunk.removals()) {
    if (const auto type = type_of(name.type())) {
      to.update.removals.push_back({*type, name.name()});
    }
  }
}

// Whoever refused it before may be another controller than this, which would not know of it: a
// version that is not sent again is not wanted any more. What is in force told once more ends the
// waiting of another.
void Staging::forget_what_waits(const adopt::Adopter& held, const Named& named, StagedUpdate& to) {
  const std::vector<config::ResourceKey>& gone = to.update.removals;
  const std::set<config::ResourceKey> removed(gone.begin(), gone.end());
  std::vector<config::Resource> again;
  for (config::ResourceKey& key : held.waiting()) {
    if (named.has(key) || removed.contains(key)) continue;
    if (const auto running = held.resource(key)) {
      again.push_back(*running);
    } else {
      to.update.removals.push_back(std::move(key));
    }
  }
  // Not before: `named` points into what is there.
  std::ranges::move(again, std::back_inserter(to.update.upserts));
}

void Staging::remove_what_was_not_named(const adopt::Adopter& held, const Named& named,
                                        StagedUpdate& to) {
  std::vector<config::ResourceKey>& removals = to.update.removals;
  for (const adopt::HeldResource& resource : held.held()) {
    if (!named.has(resource.key)) removals.push_back(resource.key);
  }
  std::sort(removals.begin(), removals.end(), std::greater<>());
  removals.erase(std::unique(removals.begin(), removals.end()), removals.end());
}

}  // namespace postern::control
