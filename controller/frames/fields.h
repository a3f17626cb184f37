// A few fields of one JSON object, by their paths, and nothing else of it: what must be known of an
// event before anybody decodes it. The object is walked over whole, so that it is JSON.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/base/bytes.h"

namespace postern::frames {

inline constexpr std::size_t kPathDepth = 4;
// Names from the outside in; empty ones behind the last.
using Path = std::array<std::string_view, kPathDepth>;

struct Field {
  Path path;
  // Of a text, a number or a word; empty when it is absent, null or none of these.
  std::string text = {};
  // Of a map: as it was written.
  ByteView map = {};
  bool found = false;
};

// Fills in the fields. Otherwise a sentence: it is no JSON, more than one object, or it has one of
// the fields twice. Lists on a path are looked through: the first that matches counts.
[[nodiscard]] std::optional<std::string> read_fields(ByteView json, std::span<Field> fields);

}  // namespace postern::frames
