#include <fmt/format.h>

#include "common/wire/bodies.h"

namespace postern::wire {

void encode_table(const config::Table& table, pb::Table& out) {
  out.mutable_lines()->Reserve(static_cast<int>(table.lines.size()));
  for (const config::TableLine& line : table.lines) {
    pb::TableLine& to = *out.add_lines();
    to.set_key(line.key);
    to.set_backend(line.backend);
    to.set_member(line.member);
  }
}

// Sorted, or a search would miss lines that are there: somebody would be led elsewhere.
config::Table decode_table(const pb::Table& message, Decoding& decoding) {
  config::Table table;
  if (static_cast<std::size_t>(message.lines_size()) > config::kMostTableLines) {
    decoding.refuse({nullptr, "lines"}, fmt::format("has more than {}", config::kMostTableLines));
    return table;
  }
  table.lines.reserve(static_cast<std::size_t>(message.lines_size()));
  for (int i = 0; i < message.lines_size(); ++i) {
    const pb::TableLine& line = message.lines(i);
    const FieldPath here{nullptr, "lines", i};
    decoding.required(line.key(), here / "key");
    if (i > 0 && !(message.lines(i - 1).key() < line.key())) {
      decoding.refuse(here / "key", "is not after the one before it");
    }
    table.lines.push_back({line.key(), line.backend(), line.member()});
  }
  return table;
}

}  // namespace postern::wire
