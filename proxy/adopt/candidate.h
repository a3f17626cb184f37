// Candidate: the configuration that is being made: what is in force, with the wishes of an update
// put in. What is touched is looked at once more, dependencies first. A refusal brings the
// predecessor back, or leaves the resource out, and touches whoever names it. The newest refused
// version of a resource waits: when something that it needs comes or changes, it is tried again.
// Control thread; lives for one preparation.
#pragma once

#include <map>
#include <memory_resource>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/config/snapshot.h"
#include "proxy/adopt/adopt.h"
#include "proxy/adopt/dependants.h"

namespace postern::adopt {

using Held = config::Snapshot::Held;

// The newest version of a resource, which was refused.
struct Refused {
  Held resource;
  Needs blamed_by = {};  // running ones that it would have broken
};
using Waiting = std::map<config::ResourceKey, Refused>;

struct Fault {
  ErrorCode code = ErrorCode::Invalid;
  std::string field;
  std::string detail;
};

class Candidate {
 public:
  // `waiting` and `dependants` are kept up to date.
  Candidate(const config::Snapshot& before, Waiting& waiting, Dependants& dependants);

  void want(const Held& resource);
  void drop(const config::ResourceKey& key);
  // The one to look at next; its dependencies have been looked at.
  [[nodiscard]] std::optional<config::ResourceKey> next();
  // It was looked at and is other than before: whoever names it has to be looked at.
  void touch_dependants(const config::ResourceKey& key);
  void refuse(const config::ResourceKey& key, Fault fault);
  // It cannot be used. Its own fault if it is new; else that of the secret that changed under it,
  // or was tried again, `suspect` if that is known.
  void refuse_or_blame(const config::ResourceKey& key, const std::string& suspect, Fault fault);

  [[nodiscard]] Held find(const config::ResourceKey& key) const { return draft_.find(key); }
  [[nodiscard]] bool has(config::ResourceType type, const std::string& name) const {
    return draft_.has(type, name);
  }
  [[nodiscard]] bool is_new(const config::ResourceKey& key) const;
  [[nodiscard]] const config::KeyPair* key_pair(const std::string& secret) const;
  [[nodiscard]] const config::TrustBundle* trust(const std::string& secret) const;
  [[nodiscard]] const config::SecretText* text(const std::string& secret) const;
  [[nodiscard]] const config::OwnTicketKeys* tickets(const std::string& secret) const;
  [[nodiscard]] const config::Credentials* credentials(const std::string& secret) const;

  // What became of it, when nothing is left to look at.
  struct Verdict {
    config::Snapshot accepted;
    std::vector<config::ResourceKey> changed;    // in the order of keys; gone ones too
    std::vector<config::ResourceKey> recovered;  // had been refused before, are in force now
    std::vector<ResourceError> errors;
  };
  [[nodiscard]] Verdict finish(const std::string& version);

 private:
  template <class Kind>
  [[nodiscard]] const Kind* material(const std::string& secret) const;
  void put(const Held& resource);
  // Notes what the key was before its first change.
  void note(const config::ResourceKey& key);
  [[nodiscard]] bool retry(const config::ResourceKey& key);
  [[nodiscard]] bool is_old_news(const ResourceError& error) const;
  void settle_needs(const config::ResourceKey& key);

  const config::Snapshot& before_;
  Waiting& waiting_;
  Dependants& dependants_;
  config::Snapshot::Draft draft_;
  // Of the two that know every resource of an update: what they take does not come to lie between
  // what stays.
  std::pmr::monotonic_buffer_resource memory_;
  std::pmr::set<config::ResourceKey> dirty_{&memory_};
  std::pmr::map<config::ResourceKey, Held> noted_{&memory_};  // that changed, and what waited then
  // Of versions that need other things than what ran before, which is not in it.
  std::map<config::ResourceKey, Needs> needs_;
  std::map<config::ResourceKey, ResourceError> errors_;
  std::set<config::ResourceKey> wanted_again_;  // waited, and the update names them
  std::set<config::ResourceKey> may_retry_;     // refused, and then something they need changed
  std::map<config::ResourceKey, int> retries_;
};

}  // namespace postern::adopt
