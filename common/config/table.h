// A table out of a ConfigMap: lines that are found by their key. For routing a line says where the
// mail of a mailbox or of a whole "@domain" is; as a set, of domains say, only the keys count. A
// resource of its own, so that editing one line sends one resource and touches nothing else. Made
// by the controller; read by every session, so a look into it allocates nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

struct TableLine {
  std::string key;           // lower case, never empty
  std::string backend = {};  // as the MailServer calls it; empty in a set
  std::string member = {};   // exactly this one; empty: whoever it is by the hash
  friend bool operator==(const TableLine&, const TableLine&) = default;
};

// More than a ConfigMap can hold; the bound is for what comes over the wire.
inline constexpr std::size_t kMostTableLines = 500'000;

struct Table {
  std::vector<TableLine> lines;  // sorted by key, each key once
  friend bool operator==(const Table&, const Table&) = default;

  // Null: it has no such line.
  [[nodiscard]] const TableLine* find(std::string_view key) const;
  // That of "@domain", for a domain that is written without it.
  [[nodiscard]] const TableLine* find_domain(std::string_view domain) const;
};

}  // namespace postern::config
