// Reading a checked document: the schema has said yes, so a field that is there has its type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "controller/decode/document.h"

namespace postern::decode {

[[nodiscard]] inline bool has(const Node& node, std::string_view key) {
  return node.find(key) != nullptr;
}
// Below "tls.resumption.mode"; null when one of them is absent.
[[nodiscard]] const Node* at(const Node& node, std::string_view path);

// Absent: empty, zero, nothing.
[[nodiscard]] std::string text_at(const Node& node, std::string_view key);
[[nodiscard]] std::int64_t number_of(const Node& node);
[[nodiscard]] std::optional<std::uint32_t> count_at(const Node& node, std::string_view key);
[[nodiscard]] std::optional<std::uint64_t> large_count_at(const Node& node, std::string_view key);
[[nodiscard]] std::optional<Duration> duration_at(const Node& node, std::string_view key);
[[nodiscard]] std::vector<std::string> texts_at(const Node& node, std::string_view key);
// The entries of a list, or none.
[[nodiscard]] const std::vector<Node>& items_at(const Node& node, std::string_view key);

}  // namespace postern::decode
