// Dependants: who names a resource, of resources that are absent too, so that what waits for one is
// found when it comes. Kept along with what is in force; control thread.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "common/config/resource.h"

namespace postern::adopt {

using Needs = std::set<config::ResourceKey>;

// What it cannot be used without; of a listener, those of whom one is enough.
[[nodiscard]] Needs needs_of(const config::Resource& resource);

// Without writing down what that is: a port may need a thousand servers.
[[nodiscard]] bool need_the_same(const config::Resource& a, const config::Resource& b);

class Dependants {
 public:
  void change(const config::ResourceKey& of, const Needs& before, const Needs& now);
  // In the order of keys; empty when nobody names it.
  [[nodiscard]] std::vector<config::ResourceKey> of(const config::ResourceKey& named) const;

 private:
  using Who = const config::ResourceKey*;  // in naming_
  // Mostly it is one.
  struct List {
    Who one = nullptr;
    std::unique_ptr<std::vector<Who>> more;  // by key
  };
  void add(const config::ResourceKey& named, const config::ResourceKey& of);
  void remove(const config::ResourceKey& named, const config::ResourceKey& of);

  std::map<config::ResourceKey, List> by_named_;
  std::map<config::ResourceKey, std::size_t> naming_;  // in how many lists each is
};

}  // namespace postern::adopt
