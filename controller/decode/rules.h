// The CEL rules of the CRDs as functions, keyed by their message: one rule, one message. A test
// fails on a rule without a function and on a function without a rule. Durations are one function,
// whose bounds stand in the message. A function sees the node that carries the rule, after its
// structure was found right and defaults were filled in; it never checks types again.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "controller/decode/document.h"
#include "controller/decode/duration.h"
#include "controller/decode/findings.h"
#include "controller/decode/schema.h"

namespace postern::decode {

struct NamedRule {
  std::string_view message;
  bool (*holds)(const Node& self);
};

// One list a theme.
[[nodiscard]] std::span<const NamedRule> spec_rules();
[[nodiscard]] std::span<const NamedRule> protocol_rules();
[[nodiscard]] std::span<const NamedRule> service_rules();
[[nodiscard]] std::span<const NamedRule> authentication_rules();
[[nodiscard]] std::span<const NamedRule> backend_rules();
[[nodiscard]] std::span<const NamedRule> routing_rules();
[[nodiscard]] std::span<const NamedRule> class_rules();
// All of them.
[[nodiscard]] std::span<const std::span<const NamedRule>> rule_lists();

struct DurationBounds {
  Duration least;
  Duration most;
};
// "must be a duration … between 1s and 5m" → its bounds; nothing for other messages.
[[nodiscard]] std::optional<DurationBounds> duration_bounds(std::string_view message);

// Null when there is none.
[[nodiscard]] const NamedRule* find_rule(std::string_view message);

// Walks `node` and tells every rule that does not hold.
void check_rules(const SchemaNode& schema, const Node& node, const std::string& path,
                 Findings& findings);

}  // namespace postern::decode
