// Lines of a table in a ConfigMap → config::Table (mailserver.md, "Tables in ConfigMaps"): UTF-8,
// one entry a line, `#` first makes a comment, blanks around are cut, a later line of the same key
// wins. The first bad line makes the whole table bad: what stands in it is somebody's mail, and a
// guess would lead him to another's. Pure. Private to this room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/table.h"

namespace postern::build {

enum class TableKind : std::uint8_t {
  Routes,   // "mailbox: backend", "@domain: backend/member"
  Domains,  // a domain a line: a set of keys
};

struct BadLine {
  std::size_t number = 0;  // from 1
  std::string reason;      // with what to write instead
};

struct ParsedTable {
  config::Table table;
  std::vector<std::uint32_t> numbers;  // of its lines, in the same order
  std::optional<BadLine> bad;          // then the table is empty
};

[[nodiscard]] ParsedTable parse_table(std::string_view text, TableKind kind);

}  // namespace postern::build
