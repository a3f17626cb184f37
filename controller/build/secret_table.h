// NamedByMany: resources that several MailServers may name: SECRETs, TABLEs. Counts who names each
// one; one is given away only while a served MailServer needs it. Holds private keys, as
// SharedSecret.
// Private to this room; on the control loop's thread.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/config/fresh_resource.h"
#include "common/config/resource.h"
#include "controller/build/claims.h"
#include "controller/build/last_good.h"

namespace postern::build {

template <class Draft>
class NamedByMany {
 public:
  struct User {
    config::SourceRef source;
    bool needs = false;  // it is served, and what is served needs it
  };
  // Again, for one that is known: it may have other material, or needs it no more.
  void enter(const std::string& name, std::shared_ptr<const Draft> draft, const Age& age,
             User user);
  void leave(const std::string& name, const Age& age);

  struct Settled {
    std::vector<config::FreshResource> upserts;
    std::vector<config::ResourceKey> removals;
  };
  // What nobody names any more is forgotten, also as the last good one.
  [[nodiscard]] Settled settle(LastGood& last_good);

  [[nodiscard]] std::size_t size() const { return given_; }  // resources

 private:
  struct Entry {
    std::shared_ptr<const Draft> draft;
    std::map<Age, User> users;
    // What it was when it was given last; null: it is not.
    std::shared_ptr<const Draft> given;
    config::SourceList sources;
  };
  void settle(const std::string& name, Entry& entry, Settled& out);

  std::map<std::string, Entry> entries_;
  std::set<std::string> marked_;
  std::size_t given_ = 0;
};

using SecretTable = NamedByMany<SecretDraft>;
using TableBook = NamedByMany<TableDraft>;

}  // namespace postern::build
