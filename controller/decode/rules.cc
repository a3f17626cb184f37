#include "controller/decode/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/base/check.h"
#include "controller/decode/rule_words.h"

namespace postern::decode {

namespace {

constexpr std::string_view kDurationStart = "must be a duration such as ";

bool holds(const SchemaRule& rule, const Node& node) {
  if (const auto bounds = duration_bounds(rule.message)) {
    const auto value = parse_duration(node.text);
    return value && *value >= bounds->least && *value <= bounds->most;
  }
  const NamedRule* named = find_rule(rule.message);
  check(named != nullptr, "a rule of the CRD has no function");
  return named->holds(node);
}

// A bare address where a network is wanted: one network is what was meant, nearly always.
std::string network_to_write(const SchemaRule& rule, const Node& node) {
  if (!rule.message.starts_with("must be a CIDR") || !is_ip(node.text)) return {};
  const bool v4 = node.text.find(':') == std::string::npos;
  return fmt::format("; write {}/{} for this address alone", node.text, v4 ? 32 : 128);
}

void tell(const SchemaRule& rule, const Node& node, const std::string& path, Findings& findings) {
  // Scalars are said again: "must be a CIDR" alone does not show the slip.
  const std::string message =
      node.kind == Node::Kind::String
          ? fmt::format("{} {}{}", quoted(node.text), rule.message, network_to_write(rule, node))
          : rule.message;
  if (rule.field_path.empty()) return findings.add(node, path, message);
  const Node* at = &node;
  std::string_view rest = std::string_view(rule.field_path).substr(1);
  while (at != nullptr && !rest.empty()) {
    const auto dot = rest.find('.');
    at = at->find(rest.substr(0, dot));
    rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
  }
  findings.add(at == nullptr ? node : *at, path + rule.field_path, message);
}

}  // namespace

std::optional<DurationBounds> duration_bounds(std::string_view message) {
  if (!message.starts_with(kDurationStart)) return std::nullopt;
  constexpr std::string_view kBetween = " between ";
  constexpr std::string_view kAnd = " and ";
  const auto between = message.rfind(kBetween);
  const auto until = message.rfind(kAnd);
  if (between == std::string_view::npos || until < between) return std::nullopt;
  const auto from = between + kBetween.size();
  const auto least = parse_duration(message.substr(from, until - from));
  const auto most = parse_duration(message.substr(until + kAnd.size()));
  if (!least || !most) return std::nullopt;
  return DurationBounds{*least, *most};
}

std::span<const std::span<const NamedRule>> rule_lists() {
  static const std::array kLists = {spec_rules(),    protocol_rules(), service_rules(),
                                    backend_rules(), routing_rules(),  authentication_rules(),
                                    class_rules()};
  return kLists;
}

const NamedRule* find_rule(std::string_view message) {
  for (const auto& list : rule_lists()) {
    const auto found = std::find_if(list.begin(), list.end(),
                                    [&](const NamedRule& rule) { return rule.message == message; });
    if (found != list.end()) return &*found;
  }
  return nullptr;
}

void check_rules(const SchemaNode& schema, const Node& node, const std::string& path,
                 Findings& findings) {
  for (const SchemaRule& rule : schema.rules) {
    if (!holds(rule, node)) tell(rule, node, path, findings);
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    check_rules(*schema.items, node.items[i], join(path, i), findings);
  }
  for (const Member& member : node.members) {
    const SchemaNode* field = schema.free_keys() ? schema.items.get() : schema.find(member.key);
    if (field != nullptr) {
      check_rules(*field, member.value, join(path, member.key), findings);
    }
  }
}

}  // namespace postern::decode
