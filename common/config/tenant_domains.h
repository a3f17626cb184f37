// TenantDomains: which tenant of a port has a mail domain, for clients whom SNI brought to nobody.
// Made when a snapshot is prepared, then immutable and shared by all workers. Holds hashes and
// places and no text: what is found is looked up in the snapshot, so an index can outlive the
// resources that it was made of. What a port shares with the one before it is not sorted again.
// Two tenants may name one domain: the older has it, as the controller has told the younger.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "common/config/listener.h"
#include "common/config/server.h"
#include "common/config/snapshot.h"

namespace postern::config {

class TenantDomains {
 public:
  using Tenants = SharedList<Tenant>;
  struct Lookup {  // null: it is not here
    std::function<const Server*(const std::string&)> server;
    std::function<const Table*(const std::string&)> table;
  };

  // What of `before`, the index of `count` tenants, still holds.
  struct Kept {
    const TenantDomains* before = nullptr;
    Tenants::Common shared;          // tenants that are the very same
    std::vector<std::size_t> fresh;  // ascending; all that are not shared, or whose server changed
  };
  TenantDomains(const Tenants& tenants, const Lookup& lookup, const Kept& kept);

  // `domain` in lower case; `listener` and `snapshot` are those that it was made for.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view domain, const Listener& listener,
                                                const Snapshot& snapshot) const;
  // The oldest that takes names of every domain.
  [[nodiscard]] std::optional<std::size_t> unbounded() const { return unbounded_; }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::size_t hash;
    std::size_t tenant;
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };
  void keep(const Kept& kept);
  void add(std::size_t tenant, const Server& server, const Lookup& lookup);

  std::vector<Entry> entries_;     // in order
  std::vector<bool> takes_every_;  // domain, by tenant
  std::optional<std::size_t> unbounded_;
};

// Whether `server` names the domain, in lower case, itself or by a table of `snapshot`.
[[nodiscard]] bool names_domain(const Server& server, const Snapshot& snapshot,
                                std::string_view domain);

}  // namespace postern::config
