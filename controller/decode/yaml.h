// YAML (and JSON, which is YAML) → documents. The only place that knows yaml-cpp.
// Bounded: depth, nodes and octets after aliases are filled in, so that a small file cannot grow.
// Refused, because readers would differ about them: a key twice, keys that are not text, tags.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/decode/document.h"

namespace postern::decode {

// The CRD itself, the largest document we know, has 17 000 nodes and is 14 deep before its lists.
inline constexpr std::size_t kMostNodes = 100'000;
inline constexpr std::size_t kMostOctets = std::size_t{8} << 20;
inline constexpr std::size_t kDeepest = 64;

struct YamlProblem {
  std::string message;
  Mark mark;
};
struct YamlDocuments {
  std::vector<Node> documents;  // empty documents are left out; none at all with a problem
  std::optional<YamlProblem> problem;
};

[[nodiscard]] YamlDocuments read_yaml(std::string_view text);

}  // namespace postern::decode
