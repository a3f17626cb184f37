// Tables in ConfigMaps → TABLE resources. Private to this room.
#pragma once

#include <optional>
#include <string>

#include "controller/build/draft.h"
#include "controller/build/table_lines.h"

namespace postern::build {

inline constexpr std::size_t kLinesNamed = 3;  // of a table, in one remark; the rest is counted

struct TableWish {
  const model::ConfigMapKeyRef& ref;
  std::string field;  // for remarks: "spec.routing.tables[0].configMap"
  TableKind kind = TableKind::Routes;
  std::string_view feature;  // that a proxy must have to be given it
};

// The table that is wished for, as a TABLE resource of `server.tables`; where it is missing or bad,
// the good one before it; of domains an empty one, where there never was a good one. Nothing: none
// of routes was ever good, or it is in another namespace. What is wrong has been remarked.
[[nodiscard]] std::optional<std::string> add_table(const Setting& setting, ServerDraft& server,
                                                   const TableWish& wish);

}  // namespace postern::build
