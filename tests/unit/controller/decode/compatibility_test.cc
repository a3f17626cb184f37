#include "controller/decode/compatibility.h"

#include <gtest/gtest.h>

#include "controller/decode/honoured.h"
#include "tests/support/committed_page.h"
#include "tests/unit/controller/decode/documents.h"

namespace postern::decode {
namespace {

TEST(Compatibility, page_is_what_the_code_does) {
  test::expect_committed("docs/compatibility.md", compatibility_page(test_schema()));
}

const SchemaNode* schema_at(std::string_view path) {
  const SchemaNode* here = &test_schema();
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

TEST(Honoured, every_field_of_the_table_is_in_the_crd_once) {
  std::set<std::string_view> seen;
  for (const HonouredField& field : honoured_fields()) {
    EXPECT_NE(schema_at(field.path), nullptr) << field.path;
    EXPECT_TRUE(seen.insert(field.path).second) << field.path << " is there twice";
  }
}

TEST(Honoured, every_value_of_the_table_is_a_word_of_the_crd) {
  for (const HonouredField& field : honoured_fields()) {
    const SchemaNode* node = schema_at(field.path);
    if (node != nullptr && node->type == SchemaType::Array) node = node->items.get();
    ASSERT_NE(node, nullptr) << field.path;
    for (const std::string& word : words_in(field.values)) {
      EXPECT_NE(std::find(node->words.begin(), node->words.end(), word), node->words.end())
          << field.path << ": " << word;
    }
  }
}

TEST(Honoured, defaults_that_are_not_built_name_fields_of_the_crd) {
  for (const DefaultNotBuilt& row : defaults_not_built()) {
    EXPECT_NE(schema_at(row.field), nullptr) << row.field;
  }
}

TEST(Honoured, default_that_the_schema_fills_in_does_not_refuse) {
  // redirects: Follow is the default, and not built: only writing it is refused.
  EXPECT_EQ(refusals(mail_server_with("")), "");
  EXPECT_EQ(refusals(mail_server_with("", "redirects: Follow")),
            "not supported yet: spec.backends[0].redirects: Follow; write Refuse\n");
}

TEST(Honoured, field_that_is_not_built_refuses_by_name) {
  EXPECT_EQ(refusals(mail_server_with("  sourceAccess: {allowedCIDRs: [10.0.0.0/8]}\n")),
            "not supported yet: spec.sourceAccess; take it away, docs/compatibility.md lists what "
            "works\n");
}

}  // namespace
}  // namespace postern::decode
