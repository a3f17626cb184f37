#include "controller/decode/core_fields.h"

#include <fmt/format.h>

#include "controller/decode/fields.h"

namespace postern::decode {

const Node* typed(const Node& parent, const std::string& path, std::string_view key,
                  Node::Kind kind, Findings& findings) {
  const Node* node = parent.find(key);
  if (node == nullptr || node->kind == Node::Kind::Null || node->kind == kind) {
    return node != nullptr && node->kind == kind ? node : nullptr;
  }
  findings.add(*node, join(path, key),
               fmt::format("is {}, but must be {}", word_for(node->kind), word_for(kind)));
  return nullptr;
}

std::string checked_text(const Node& parent, const std::string& path, std::string_view key,
                         Findings& findings) {
  const Node* node = typed(parent, path, key, Node::Kind::String, findings);
  return node == nullptr ? std::string() : node->text;
}

std::optional<std::uint16_t> checked_port(const Node& parent, const std::string& path,
                                          std::string_view key, Findings& findings) {
  const Node* node = typed(parent, path, key, Node::Kind::Number, findings);
  if (node == nullptr) return std::nullopt;
  const std::int64_t value = number_of(*node);
  if (value < 1 || value > 65535) {
    findings.add(*node, join(path, key),
                 fmt::format("{} is out of range: write from 1 to 65535", quoted(node->text)));
    return std::nullopt;
  }
  return static_cast<std::uint16_t>(value);
}

}  // namespace postern::decode
