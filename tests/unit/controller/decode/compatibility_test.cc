#include "controller/decode/compatibility.h"

#include <gtest/gtest.h>

#include "controller/decode/honoured.h"
#include "controller/decode/words.h"
#include "tests/support/committed_page.h"
#include "tests/unit/controller/decode/documents.h"

namespace postern::decode {
namespace {

TEST(Compatibility, page_is_what_the_code_does) {
  test::expect_committed("docs/compatibility.md", compatibility_page(test_decoder().schemas()));
}

const SchemaNode* schema_at(const SchemaNode& schema, std::string_view path) {
  const SchemaNode* here = &schema;
  while (here != nullptr && !path.empty()) {
    const auto dot = path.find('.');
    std::string_view key = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    const bool list = key.ends_with("[]");
    if (list) key.remove_suffix(2);
    here = here->find(key);
    if (here != nullptr && list) here = here->items.get();
  }
  return here;
}

struct CrdKind {
  const SchemaNode& schema;
  HonourTable honoured;
  std::span<const DefaultNotBuilt> defaults;
};
std::vector<CrdKind> kinds() {
  return {{test_schema(), honoured_by_mail_server(), defaults_not_built()},
          {test_class_schema(), honoured_by_mail_class(), class_defaults_not_built()}};
}

TEST(Honoured, every_field_of_the_tables_is_in_the_crd_once) {
  for (const CrdKind& kind : kinds()) {
    std::set<std::string_view> seen;
    for (const HonouredField& field : kind.honoured) {
      EXPECT_NE(schema_at(kind.schema, field.path), nullptr) << field.path;
      EXPECT_TRUE(seen.insert(field.path).second) << field.path << " is there twice";
    }
  }
}

TEST(Honoured, every_value_of_the_tables_is_a_word_of_the_crd) {
  for (const CrdKind& kind : kinds()) {
    for (const HonouredField& field : kind.honoured) {
      const SchemaNode* node = schema_at(kind.schema, field.path);
      if (node != nullptr && node->type == SchemaType::Array) node = node->items.get();
      ASSERT_NE(node, nullptr) << field.path;
      for (const std::string& word : words_in(field.values)) {
        EXPECT_NE(std::find(node->words.begin(), node->words.end(), word), node->words.end())
            << field.path << ": " << word;
      }
    }
  }
}

TEST(Honoured, defaults_that_are_not_built_name_fields_of_the_crd) {
  for (const CrdKind& kind : kinds()) {
    for (const DefaultNotBuilt& row : kind.defaults) {
      EXPECT_NE(schema_at(kind.schema, row.field), nullptr) << row.field;
    }
  }
}

// Limits of a class bound those of MailServers: both are built, or neither.
TEST(Honoured, limits_of_a_rule_are_those_of_a_mail_server) {
  const auto limits = [](HonourTable table, std::string_view below) {
    std::set<std::string_view> out;
    for (const HonouredField& field : table) {
      if (field.path.starts_with(below)) out.insert(field.path.substr(below.size()));
    }
    return out;
  };
  EXPECT_EQ(limits(honoured_by_mail_class(), "spec.namespaces[].limits."),
            limits(honoured_by_mail_server(), "spec.limits."));
}

void collect_patterns(const SchemaNode& schema, std::set<std::string>& out) {
  if (!schema.pattern.empty()) out.insert(schema.pattern);
  for (const SchemaProperty& property : schema.properties) collect_patterns(property.node, out);
  if (schema.items) collect_patterns(*schema.items, out);
}

TEST(Words, every_pattern_of_the_crds_has_words_for_people) {
  std::set<std::string> patterns;
  for (const CrdKind& kind : kinds()) collect_patterns(kind.schema, patterns);
  EXPECT_GE(patterns.size(), 20U);
  for (const std::string& pattern : patterns) EXPECT_NE(words_for_pattern(pattern), "") << pattern;
}

TEST(Honoured, default_that_the_schema_fills_in_does_not_refuse) {
  EXPECT_EQ(refusals(mail_server_with("")), "");
}

TEST(Honoured, field_that_is_not_built_refuses_by_name) {
  EXPECT_EQ(refusals(mail_server_with("  sourceAccess: {allowedCIDRs: [10.0.0.0/8]}\n")),
            "not supported yet: spec.sourceAccess; take it away, docs/compatibility.md lists what "
            "works\n");
}

}  // namespace
}  // namespace postern::decode
