// Each rule of the MailClass's CRD: one document that breaks it alone, and one beside it that does
// not (tests/golden/rules). Whether the fields are built yet does not matter here: rules come
// first.
#include <gtest/gtest.h>

#include "controller/decode/rules.h"
#include "controller/decode/schema_check.h"
#include "tests/support/rule_cases.h"
#include "tests/unit/controller/decode/documents.h"

namespace postern::decode {
namespace {

std::string broken_class_rules(std::string_view fields) {
  Node spec = document("{" + std::string(fields) + "}");
  Findings findings;
  const SchemaNode& schema = *test_class_schema().find("spec");
  check_structure(schema, spec, "spec", findings);
  if (!findings.refused()) check_rules(schema, spec, "spec", findings);
  std::string out;
  for (const Finding& finding : findings.take())
    out += finding.field + ": " + finding.message + "\n";
  return out;
}

const std::vector<test::RuleCase>& class_cases() {
  static const std::vector<test::RuleCase> kCases = test::rule_cases("mail_class.txt");
  return kCases;
}

TEST(ClassRuleCases, broken_alone_is_told_alone_and_kept_is_not_told) {
  for (const test::RuleCase& row : class_cases()) {
    const std::string told = broken_class_rules(row.broken);
    EXPECT_TRUE(told.starts_with(row.words)) << row.broken << "\n→ " << told;
    EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 1) << row.broken << "\n→ " << told;
    EXPECT_EQ(broken_class_rules(row.kept), "") << row.kept;
  }
}

TEST(ClassRuleCases, each_function_has_a_case) {
  constexpr std::size_t kBeginning = 14;  // tells all messages apart
  for (const NamedRule& rule : class_rules()) {
    EXPECT_TRUE(std::ranges::any_of(class_cases(), [&](const test::RuleCase& row) {
      return row.words.find(rule.message.substr(0, kBeginning)) != std::string::npos;
    })) << rule.message;
  }
}

}  // namespace
}  // namespace postern::decode
