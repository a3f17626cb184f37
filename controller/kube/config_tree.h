// ConfigTree: YAML (or JSON) of a kubeconfig as maps, lists and scalars. Pure. Refused: aliases and
// anchors (a small file must not grow), tags, a key twice, more than one document, more than 1 MiB,
// 32 levels or 20 000 values. Sentences name places, never values: those may be secrets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/result.h"

namespace postern::kube {

inline constexpr std::size_t kMaxConfigOctets = std::size_t{1} << 20;
inline constexpr std::size_t kMaxConfigDepth = 32;
inline constexpr std::size_t kMaxConfigValues = 20'000;

struct ConfigTree {
  enum class Kind : unsigned char { Scalar, List, Map };
  Kind kind = Kind::Scalar;
  std::string text = {};  // of a scalar; empty for null
  std::vector<ConfigTree> items = {};
  std::vector<std::pair<std::string, ConfigTree>> members = {};

  // Null when it is absent, or when this is no map.
  [[nodiscard]] const ConfigTree* find(std::string_view key) const;
  // The scalar there; empty when it is absent or something else.
  [[nodiscard]] std::string_view text_at(std::string_view key) const;
};

[[nodiscard]] Result<ConfigTree, std::string> read_config_tree(std::string_view yaml);

}  // namespace postern::kube
