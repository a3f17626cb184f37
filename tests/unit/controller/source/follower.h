// Whoever reads a source again and again: what it knows by the sum of all changes.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "controller/source/directory_source.h"

namespace postern::source {

// Stands still until it is moved, but agrees with the times of files that are written now.
class StoppedClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] WallTime wall() const override { return wall_; }
  void pass(Duration duration) {
    now_ += duration;
    wall_ += duration;
  }

 private:
  Instant now_ = std::chrono::steady_clock::now();
  WallTime wall_ = std::chrono::system_clock::now();
};

// Without quiet time and without watching: each read() takes what there is.
[[nodiscard]] inline DirectoryOptions at_once() {
  DirectoryOptions out;
  out.quiet = Duration::zero();
  out.watch = false;
  out.look_up = [](const std::string&) -> Result<std::vector<IpAddress>, std::string> {
    return Fail<std::string>("does not resolve: nobody asked");
  };
  return out;
}

using Objects = std::map<model::ObjectKey, model::Object>;

// Where it stands and how often it changed is not what it is.
[[nodiscard]] inline model::Object bare(model::Object object) {
  model::Meta& meta = model::meta_of(object);
  meta.places = {};
  meta.generation = 0;
  return object;
}

[[nodiscard]] inline Objects bare(const std::vector<model::SharedObject>& objects) {
  Objects out;
  for (const model::SharedObject& object : objects) {
    out[model::meta_of(*object).key] = bare(*object);
  }
  return out;
}

class Follower {
 public:
  explicit Follower(ObjectSource& source) : source_(source) {}

  // False: nothing could be read.
  bool read() {
    auto changes = source_.read();
    error_ = changes ? "" : changes.error();
    last_ = changes ? std::move(*changes) : Changes{};
    if (!changes) return false;
    for (const model::ObjectKey& key : last_.gone) EXPECT_EQ(known_.erase(key), 1U) << key.path();
    for (const model::SharedObject& object : last_.changed) {
      known_[model::meta_of(*object).key] = *object;
    }
    return true;
  }

  [[nodiscard]] const Changes& last() const { return last_; }
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] const Objects& known() const { return known_; }
  [[nodiscard]] Objects bare_objects() const {
    Objects out;
    for (const auto& [key, object] : known_) out[key] = bare(object);
    return out;
  }
  // Of all problems that stand.
  [[nodiscard]] std::vector<std::string> reasons() const {
    std::vector<std::string> out;
    for (const model::Problem& problem : last_.problems) out.push_back(problem.reason);
    return out;
  }
  template <class T>
  [[nodiscard]] const T* find(const std::string& kind, const std::string& name) const {
    const auto at = known_.find(model::ObjectKey{kind, "default", name});
    return at == known_.end() ? nullptr : model::as<T>(at->second);
  }
  // The value k of a ConfigMap; empty: there is none.
  [[nodiscard]] std::string value(const std::string& name) const {
    const auto* map = find<model::ConfigMapObject>("ConfigMap", name);
    return map == nullptr ? "" : map->data.at("k");
  }

 private:
  ObjectSource& source_;
  Objects known_;
  Changes last_;
  std::string error_;
};

[[nodiscard]] inline std::string config_map(const std::string& name, const std::string& value) {
  return "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\ndata: {k: '" +
         value + "'}\n";
}

}  // namespace postern::source
