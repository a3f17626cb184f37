// Names in a ClientHello: read strictly (TL6), never used as a path, pattern or key of a cache, and
// looked up in what the listener's tenants have.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"

struct ssl_st;

namespace postern::net {

// The name asked for, in lower case, empty when none was; or the TLS alert to answer.
// RFC 6066 §3: letters, digits, hyphens and dots, no dot at the end.
[[nodiscard]] Result<std::string, int> asked_name(ssl_st* tls);
[[nodiscard]] bool is_host_name(std::string_view name);

// Whose name is it: the exact one, then the longest wildcard. "*.example.org" stands for every name
// below example.org.
class NameTable {
 public:
  // The first one to add a name keeps it.
  void add(std::string_view hostname, std::size_t tenant);
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;

 private:
  std::map<std::string, std::size_t, std::less<>> exact_;
  std::map<std::string, std::size_t, std::less<>> below_;  // ".example.org"
};

}  // namespace postern::net
