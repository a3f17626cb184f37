// Names in a ClientHello: read strictly (TL6), never used as a path, pattern or key of a cache, and
// looked up in what the listener's tenants have.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/config/listener.h"

struct ssl_st;

namespace postern::net {

// The name asked for, in lower case, empty when none was; or the TLS alert to answer.
// RFC 6066 §3: letters, digits, hyphens and dots, no dot at the end.
[[nodiscard]] Result<std::string, int> asked_name(ssl_st* tls);
[[nodiscard]] bool is_host_name(std::string_view name);

// Whose name is it: the exact one, then the longest wildcard. "*.example.org" stands for every name
// below example.org. The first tenant that has a name keeps it. Names are looked at where the
// listener has them; what a listener shares with the one before it is not sorted again.
class NameTable {
 public:
  // `before`: of the same port, null if there is none.
  NameTable(std::shared_ptr<const config::Listener> listener, const NameTable* before);
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;

 private:
  struct Name {
    std::size_t hash;
    std::size_t tenant;
    std::string_view text;  // in lower case; ".example.org" for those below
  };
  // From `first`, `count` tenants.
  void add_tenants(std::size_t first, std::size_t count);
  void add(std::string_view hostname, std::size_t tenant);
  // Of tenants that are shared with `before`, wherever they are now.
  void take_shared(const NameTable& before, SharedList<config::Tenant>::Common shared);
  [[nodiscard]] std::optional<std::size_t> find_exactly(std::string_view text) const;

  std::shared_ptr<const config::Listener> listener_;
  std::deque<std::string> lowered_;  // of names that were not written so
  std::vector<Name> names_;          // by hash, then tenant
};

}  // namespace postern::net
