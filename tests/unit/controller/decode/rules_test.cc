#include "controller/decode/rules.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "tests/unit/controller/decode/documents.h"

namespace postern::decode {
namespace {

using Rules = std::map<std::string, std::vector<std::string>>;  // message → expressions

void collect(const SchemaNode& schema, Rules& out) {
  for (const SchemaRule& rule : schema.rules) out[rule.message].push_back(rule.expression);
  for (const SchemaProperty& property : schema.properties) collect(property.node, out);
  if (schema.items) collect(*schema.items, out);
}

Rules rules_of_the_crds() {
  Rules out;
  collect(test_schema(), out);
  collect(test_class_schema(), out);
  return out;
}

std::vector<std::string_view> messages_of_functions() {
  std::vector<std::string_view> out;
  for (const auto& list : rule_lists()) {
    for (const NamedRule& rule : list) out.push_back(rule.message);
  }
  return out;
}

TEST(Rules, every_rule_of_the_crds_has_a_function) {
  const Rules rules = rules_of_the_crds();
  EXPECT_GE(rules.size(), 80U);
  for (const auto& [message, expressions] : rules) {
    EXPECT_TRUE(duration_bounds(message) || find_rule(message) != nullptr) << message;
  }
}

TEST(Rules, every_function_has_a_rule_of_the_crds) {
  const Rules rules = rules_of_the_crds();
  std::set<std::string_view> seen;
  for (const std::string_view message : messages_of_functions()) {
    EXPECT_TRUE(rules.contains(std::string(message))) << message;
    EXPECT_TRUE(seen.insert(message).second) << message << " is there twice";
  }
}

TEST(Rules, same_message_is_the_same_rule_everywhere) {
  for (const auto& [message, expressions] : rules_of_the_crds()) {
    for (const std::string& expression : expressions) {
      EXPECT_EQ(expression, expressions.front()) << message;
    }
  }
}

TEST(Rules, bounds_in_the_message_of_a_duration_are_those_of_its_expression) {
  int durations = 0;
  for (const auto& [message, expressions] : rules_of_the_crds()) {
    if (!duration_bounds(message)) continue;
    ++durations;
    const auto between = message.rfind(" between ") + 9;
    const auto until = message.rfind(" and ");
    const std::string least = message.substr(between, until - between);
    const std::string most = message.substr(until + 5);
    EXPECT_NE(expressions[0].find(">= duration('" + least + "')"), std::string::npos) << message;
    EXPECT_NE(expressions[0].find("<= duration('" + most + "')"), std::string::npos) << message;
  }
  EXPECT_GE(durations, 15);
}

TEST(Rules, rule_runs_only_on_what_the_structure_allows) {
  // A port that is no number would make "one protocol a port" meaningless.
  EXPECT_EQ(refusals(mail_server_with("  protocols: {imap: {listeners: [{port: x}]}}\n")),
            "spec.protocols.imap.listeners[0].port: `x` is text, but must be a whole number\n");
}

}  // namespace
}  // namespace postern::decode
