#include "controller/decode/fields.h"

#include <charconv>

#include "controller/decode/duration.h"

namespace postern::decode {

const Node* at(const Node& node, std::string_view path) {
  const Node* here = &node;
  while (here != nullptr && !path.empty()) {
    const auto dot = path.find('.');
    here = here->find(path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return here;
}

std::string text_at(const Node& node, std::string_view key) {
  const Node* found = node.find(key);
  return found == nullptr ? std::string() : found->text;
}

std::int64_t number_of(const Node& node) {
  std::int64_t value = 0;
  const char* end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, value);
  return error == std::errc() && stop == end ? value : 0;
}

std::optional<std::uint32_t> count_at(const Node& node, std::string_view key) {
  const Node* found = node.find(key);
  if (found == nullptr) return std::nullopt;
  return static_cast<std::uint32_t>(number_of(*found));
}

std::optional<std::uint64_t> large_count_at(const Node& node, std::string_view key) {
  const Node* found = node.find(key);
  if (found == nullptr) return std::nullopt;
  return static_cast<std::uint64_t>(number_of(*found));
}

std::optional<Duration> duration_at(const Node& node, std::string_view key) {
  const Node* found = node.find(key);
  return found == nullptr ? std::nullopt : parse_duration(found->text);
}

std::vector<std::string> texts_at(const Node& node, std::string_view key) {
  std::vector<std::string> out;
  for (const Node& item : items_at(node, key)) out.push_back(item.text);
  return out;
}

const std::vector<Node>& items_at(const Node& node, std::string_view key) {
  static const std::vector<Node> kNone;
  const Node* found = node.find(key);
  return found == nullptr ? kNone : found->items;
}

}  // namespace postern::decode
