#include "controller/build/class_terms.h"

#include <string>
#include <utility>

#include "controller/build/class_choice.h"
#include "controller/build/draft.h"

namespace postern::build {
namespace {

using namespace std::chrono_literals;

// Readiness is asked each 2 s and believed after three answers; 3 s more until nobody is led here.
constexpr Duration kMinimumInCluster = 10s;

config::DrainTerms drain_of(const std::optional<model::DrainSpec>& spec, bool in_cluster) {
  config::DrainTerms out;
  if (in_cluster) out.minimum = kMinimumInCluster;
  if (!spec) return out;
  out.minimum = spec->minimum.value_or(out.minimum);
  out.spread = spec->spread;
  out.deadline = spec->deadline.value_or(out.deadline);
  return out;
}

bool same_terms(const config::Resource& a, const config::Resource& b) {
  return a.body == b.body && a.sources == b.sources;
}

}  // namespace

std::optional<config::Resource> class_resource(const world::World& world, const Terms& terms) {
  static const model::MailClass none;
  const model::MailClass* found = class_choice(world, terms).mail_class;
  const model::MailClass& said = found != nullptr ? *found : none;
  if (!terms.in_cluster && !said.drain && said.max_connections == 0) return std::nullopt;
  const config::ClassTerms body{drain_of(said.drain, terms.in_cluster), said.max_connections};
  std::vector<config::SourceRef> sources;
  if (found != nullptr) sources.push_back(source_of(found->meta));
  std::vector<std::string> features;
  if (body.max_connections != 0) features.emplace_back(config::kClassConnections);
  features.emplace_back(config::kDrain);
  return config::Resource{
      std::string(config::kClassTermsName), {}, std::move(sources), body, std::move(features)};
}

void ClassBook::settle(const world::World& world, const Terms& terms, Changes& out) {
  if (given_ && !class_choice(world, terms).refusal.empty()) return;
  auto now = class_resource(world, terms);
  if (!now) {
    if (given_) out.removals.push_back(given_->key());
    given_ = nullptr;
    return;
  }
  if (given_ && same_terms(*given_, *now)) return;
  config::FreshResource fresh(std::move(*now));
  given_ = fresh.shared();
  out.upserts.push_back(std::move(fresh));
}

}  // namespace postern::build
