#include "controller/loop/hold_back.h"

#include <algorithm>
#include <map>
#include <utility>

namespace postern::loop {

std::string_view kind_of_both(std::string_view one, std::string_view other) {
  if (one == publish::kNoKind || one == other) return other;
  return other == publish::kNoKind ? one : publish::kSeveralKinds;
}

namespace {

void merge(publish::Publication& into, publish::Publication later) {
  std::map<config::ResourceKey, config::FreshResource> upserts;
  for (const auto& resource : into.upserts) upserts.insert_or_assign(resource.key(), resource);
  std::vector<config::ResourceKey> removals = std::move(into.removals);
  for (const config::FreshResource& resource : later.upserts) {
    std::erase(removals, resource.key());
    upserts.insert_or_assign(resource.key(), resource);
  }
  for (config::ResourceKey& key : later.removals) {
    upserts.erase(key);
    if (std::ranges::find(removals, key) == removals.end()) removals.push_back(std::move(key));
  }
  into.upserts.clear();
  for (auto& [key, resource] : upserts) into.upserts.push_back(std::move(resource));
  into.removals = std::move(removals);
  into.revision = std::move(later.revision);
  into.reached = std::move(later.reached);
  into.kind = kind_of_both(into.kind, later.kind);
  if (!into.caused_at) into.caused_at = later.caused_at;
}

void merge(Round& into, Round later) {
  const auto forget = [&into](const model::ObjectKey& server) {
    std::erase_if(into.verdicts, [&](const build::Verdict& v) { return v.server == server; });
    std::erase(into.gone, server);
  };
  for (build::Verdict& verdict : later.verdicts) {
    forget(verdict.server);
    into.verdicts.push_back(std::move(verdict));
  }
  for (model::ObjectKey& server : later.gone) {
    forget(server);
    into.gone.push_back(std::move(server));
  }
  into.problems = std::move(later.problems);
  into.mail_class = std::move(later.mail_class);
  if (!into.caused_at) into.caused_at = later.caused_at;
}

}  // namespace

void merge(Delivery& into, Delivery later) {
  merge(into.publication, std::move(later.publication));
  merge(into.round, std::move(later.round));
}

std::optional<Delivery> HoldBack::pass(Delivery delivery, std::size_t listeners, Instant now) {
  wanted_ = listeners;
  if (held_) {
    merge(*held_, std::move(delivery));
  } else {
    held_ = std::move(delivery);
  }
  const bool most_are_left = wanted_ * 2 >= delivered_;
  if (most_are_left || hold_ == Duration{0}) return take();
  if (!due_) due_ = now + hold_;
  return std::nullopt;
}

std::optional<Delivery> HoldBack::release(Instant now) {
  if (!due_ || now < *due_) return std::nullopt;
  return take();
}

std::optional<Delivery> HoldBack::take() {
  delivered_ = wanted_;
  due_.reset();
  return std::exchange(held_, std::nullopt);
}

}  // namespace postern::loop
