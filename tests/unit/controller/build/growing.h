// A world that changes, a Builder that follows it, and what its Changes add up to: what somebody
// has who was told nothing else.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "controller/build/builder.h"
#include "controller/world/world.h"
#include "tests/support/mk.h"

namespace postern::build {

class Growing {
 public:
  Growing() = default;
  explicit Growing(std::vector<model::Object> objects, Terms first = {}) : terms(std::move(first)) {
    touched_ = world_.replace(std::move(objects));
    (void)update();  // the tests ask what comes after it
  }

  Changes apply(model::Object object) {
    touched_.merge(world_.apply(std::move(object)));
    return update();
  }
  Changes remove(const model::ObjectKey& key) {
    touched_.merge(world_.remove(key));
    return update();
  }
  // For several edits in one update.
  world::World& world() { return world_; }
  void touch(world::Touched touched) { touched_.merge(std::move(touched)); }

  Changes update() {
    Changes changes = builder_.update(world_, std::exchange(touched_, {}), terms);
    for (const config::ResourceKey& key : changes.removals) {
      EXPECT_EQ(held.erase(key), 1U) << "removed what was never given: " << key.name;
    }
    for (const config::FreshResource& given : changes.upserts) {
      const config::Resource& resource = *given;
      const auto known = held.find(resource.key());
      EXPECT_FALSE(known != held.end() && known->second.body == resource.body &&
                   known->second.sources == resource.sources)
          << resource.name << " is as it was";
      held.insert_or_assign(resource.key(), resource);
    }
    for (const model::ObjectKey& key : changes.gone) EXPECT_EQ(verdicts.erase(key), 1U);
    for (const Verdict& verdict : changes.verdicts) {
      verdicts.insert_or_assign(verdict.server, verdict);
    }
    EXPECT_EQ(changes.resources, held.size());
    return changes;
  }

  // A Builder that has built nothing and remembers what this one does.
  [[nodiscard]] Builder renewed() const { return builder_.renewed(); }
  [[nodiscard]] const Verdict& verdict(const std::string& ns, const std::string& name) const {
    return verdicts.at({"MailServer", ns, name});
  }

  Terms terms;
  std::map<config::ResourceKey, config::Resource> held;
  std::map<model::ObjectKey, Verdict> verdicts;

 private:
  world::World world_;
  world::Touched touched_;
  Builder builder_;
};

// "LISTENER 993" of each upsert.
inline std::vector<std::string> upserted(const Changes& changes) {
  std::vector<std::string> out;
  for (const config::FreshResource& resource : changes.upserts) {
    out.push_back(std::string(name_of(resource->type())) + " " + resource->name);
  }
  return out;
}
inline std::vector<std::string> removed(const Changes& changes) {
  std::vector<std::string> out;
  for (const config::ResourceKey& key : changes.removals) {
    out.push_back(std::string(name_of(key.type)) + " " + key.name);
  }
  return out;
}
inline std::vector<std::string> judged(const Changes& changes) {
  std::vector<std::string> out;
  for (const Verdict& verdict : changes.verdicts) out.push_back(verdict.server.path());
  return out;
}
// "Reason spec.field" of each problem.
inline std::vector<std::string> reasons(const Verdict& verdict) {
  std::vector<std::string> out;
  for (const model::Problem& problem : verdict.problems) {
    out.push_back(problem.reason + " " + problem.field);
  }
  return out;
}

}  // namespace postern::build
