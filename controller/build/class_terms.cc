#include "controller/build/class_terms.h"

#include <string>
#include <utility>

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

bool same(const config::Resource& a, const config::Resource& b) {
  return a.body == b.body && a.sources == b.sources;
}

}  // namespace

std::optional<config::Resource> class_resource(const world::World& world, const Terms& terms) {
  const model::MailClass* found = world.mail_class(terms.class_name);
  if (!terms.in_cluster && (found == nullptr || !found->drain)) return std::nullopt;
  config::ClassTerms body{
      drain_of(found != nullptr ? found->drain : std::nullopt, terms.in_cluster)};
  std::vector<config::SourceRef> sources;
  if (found != nullptr) sources.push_back(source_of(found->meta));
  return config::Resource{std::string(config::kClassTermsName),
                          {},
                          std::move(sources),
                          body,
                          {std::string(config::kDrain)}};
}

void ClassBook::settle(const world::World& world, const Terms& terms, Changes& out) {
  if (terms.class_broken && given_) return;
  auto now = class_resource(world, terms);
  if (!now) {
    if (given_) out.removals.push_back(given_->key());
    given_ = nullptr;
    return;
  }
  if (given_ && same(*given_, *now)) return;
  config::FreshResource fresh(std::move(*now));
  given_ = fresh.shared();
  out.upserts.push_back(std::move(fresh));
}

}  // namespace postern::build
