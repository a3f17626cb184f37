// LastGood: the key pairs that were in force, by the name of their SECRET resource. A Secret that
// becomes unusable (half of it written, expired) leaves the pair before it in force; one that is
// gone, or that nobody names any more, is forgotten. Holds private keys, as SharedSecret. Private
// to this room; on the control loop's thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "controller/build/draft.h"

namespace postern::build {

class LastGood {
 public:
  using Kept = std::shared_ptr<const SecretDraft>;  // a KeyPair

  // Null: none was ever in force.
  [[nodiscard]] Kept find(const std::string& name) const {
    const auto found = kept_.find(name);
    return found == kept_.end() ? nullptr : found->second;
  }
  void keep(const std::string& name, Kept kept) { kept_.insert_or_assign(name, std::move(kept)); }
  void forget(const std::string& name) { kept_.erase(name); }

 private:
  std::map<std::string, Kept> kept_;
};

}  // namespace postern::build
