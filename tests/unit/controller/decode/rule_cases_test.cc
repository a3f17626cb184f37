// Each rule of the CRD: one document that breaks it alone, and one beside it that does not
// (tests/golden/rules, which a real API server is asked about too).
// Whether the fields are built yet does not matter here: rules come first.
#include <gtest/gtest.h>

#include <map>

#include "controller/decode/rules.h"
#include "controller/decode/schema_check.h"
#include "tests/support/rule_cases.h"
#include "tests/unit/controller/decode/documents.h"

namespace postern::decode {
namespace {

// Fields that a case does not write are taken from here.
const std::map<std::string, std::string>& usual() {
  static const std::map<std::string, std::string> kUsual = {
      {"hostnames", "[mail.example.com]"},
      {"tls", "{certificateRefs: [{name: mail-tls}]}"},
      {"backends", "[{name: pods, service: {name: dovecot}}]"}};
  return kUsual;
}

std::string broken_rules(std::string_view fields) {
  Node spec = document("{" + std::string(fields) + "}");
  for (const auto& [key, value] : usual()) {
    if (spec.find(key) == nullptr && spec.find("no-" + key) == nullptr) {
      spec.members.push_back({key, document(value)});
    }
    spec.remove("no-" + key);
  }
  Findings findings;
  const SchemaNode& schema = *test_schema().find("spec");
  check_structure(schema, spec, "spec", findings);
  if (!findings.refused()) check_rules(schema, spec, "spec", findings);
  std::string out;
  for (const Finding& finding : findings.take()) out += finding.message + "\n";
  return out;
}

const std::vector<test::RuleCase>& cases() {
  static const std::vector<test::RuleCase> kCases = test::rule_cases("mail_server.txt");
  return kCases;
}

TEST(RuleCases, broken_alone_is_told_alone_and_kept_is_not_told) {
  for (const test::RuleCase& row : cases()) {
    const std::string told = broken_rules(row.broken);
    EXPECT_TRUE(told.starts_with(row.words)) << row.broken << "\n→ " << told;
    EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 1) << row.broken << "\n→ " << told;
    EXPECT_EQ(broken_rules(row.kept), "") << row.kept;
  }
}

TEST(RuleCases, each_function_has_a_case) {
  constexpr std::size_t kBeginning = 14;  // tells all messages apart that a case may share
  for (const auto& list : {spec_rules(), protocol_rules(), service_rules(), authentication_rules(),
                           backend_rules(), routing_rules()}) {
    for (const NamedRule& rule : list) {
      EXPECT_TRUE(std::ranges::any_of(cases(), [&](const test::RuleCase& row) {
        return row.words.find(rule.message.substr(0, kBeginning)) != std::string::npos;
      })) << rule.message;
    }
  }
}

TEST(RuleCases, ordinals_of_members_have_one_spelling) {
  for (const char* member : {"s-01", "s--1", "s-", "s", "s-1a", "t-0", "s-10000"}) {
    const std::string told = broken_rules(
        "routing: {rules: [{name: r, match: {domains: [a.b]}, backends: [{name: a, member: '" +
        std::string(member) +
        "'}]}]}, backends: [{name: a, statefulSet: {name: s, members: 1000}}]");
    EXPECT_NE(told, "") << member;
  }
}

}  // namespace
}  // namespace postern::decode
