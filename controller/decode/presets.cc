#include "controller/decode/presets.h"

#include <algorithm>

namespace postern::decode {

namespace {

bool same(const Node& a, const Node& b) {
  const auto has_it = [&](const Member& member) {
    const Node* other = b.find(member.key);
    return other != nullptr && same(member.value, *other);
  };
  return a.kind == b.kind && a.text == b.text && std::ranges::equal(a.items, b.items, same) &&
         a.members.size() == b.members.size() && std::ranges::all_of(a.members, has_it);
}

// A block has its default when each of its fields has: those of the block's, or its own.
bool is_preset(const Node& node, const Node& preset) {
  if (node.kind != Node::Kind::Map || preset.kind != Node::Kind::Map) return same(node, preset);
  return std::ranges::all_of(node.members, [&](const Member& member) {
    const Node* wanted = preset.find(member.key);
    return wanted == nullptr ? !member.value.written : same(member.value, *wanted);
  });
}

}  // namespace

void forget_who_wrote_defaults(const SchemaNode& schema, Node& node) {
  for (Node& item : node.items) {
    if (schema.items != nullptr) forget_who_wrote_defaults(*schema.items, item);
  }
  for (Member& member : node.members) {
    const SchemaNode* property = schema.free_keys() ? schema.items.get() : schema.find(member.key);
    if (property == nullptr) continue;
    forget_who_wrote_defaults(*property, member.value);
    const bool preset = property->preset && is_preset(member.value, *property->preset);
    if (preset) member.value.written = false;
  }
}

}  // namespace postern::decode
