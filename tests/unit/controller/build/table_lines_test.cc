#include "controller/build/table_lines.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace postern::build {
namespace {

// "key=backend/member@line …"
std::string routes(std::string_view text) {
  const ParsedTable parsed = parse_table(text, TableKind::Routes);
  if (parsed.bad) return fmt::format("line {}: {}", parsed.bad->number, parsed.bad->reason);
  std::string out;
  for (std::size_t i = 0; i < parsed.table.lines.size(); ++i) {
    const config::TableLine& line = parsed.table.lines[i];
    out += fmt::format("{}{}={}/{}:{}", i == 0 ? "" : " ", line.key, line.backend, line.member,
                       parsed.numbers[i]);
  }
  return out;
}

TEST(TableLines, are_keys_and_values_with_blanks_and_comments_cut) {
  EXPECT_EQ(routes(""), "");
  EXPECT_EQ(routes("# all of it\n\n  \t\n  # more\r\n"), "");
  EXPECT_EQ(routes("zoe: b\n\t joe :a \r\n@x.example:c/d-1"),
            "@x.example=c/d-1:3 joe=a/:2 zoe=b/:1");
}

TEST(TableLines, have_keys_in_lower_case_and_the_later_of_two_wins) {
  EXPECT_EQ(routes("JOE@Example.com: a\n@X.Example: b\njoe@example.com: c"),
            "@x.example=b/:2 joe@example.com=c/:3");
}

TEST(TableLines, may_have_colons_in_a_name) {
  EXPECT_EQ(routes("urn:x:y: a"), "urn:x:y=a/:1");
  EXPECT_EQ(routes("two words: a"), "two words=a/:1");
}

TEST(TableLines, name_the_first_that_is_wrong) {
  EXPECT_EQ(routes("joe: a\n\n# x\nzoe b\n: c"),
            "line 4: has no colon: write name: backend, or name: backend/member");
  EXPECT_EQ(routes(": a"), "line 1: has no name before the colon");
  EXPECT_EQ(routes("joe:"), "line 1: '' is no backend: write its name, or backend/member");
  EXPECT_EQ(routes("joe: a/"), "line 1: 'a/' is no backend: write its name, or backend/member");
  EXPECT_EQ(routes("joe: a/b/c"),
            "line 1: 'a/b/c' is no backend: write its name, or backend/member");
  EXPECT_EQ(routes("joe: Store"),
            "line 1: 'Store' is no backend: write its name, or backend/member");
  EXPECT_EQ(routes("@: a"), "line 1: '@' is no domain: write @example.com");
  EXPECT_EQ(routes("@a..b: a"), "line 1: '@a..b' is no domain: write @example.com");
  EXPECT_EQ(routes("j\xc3\xb6rg: a"),
            "line 1: 'j\\xc3\\xb6rg' is not ASCII, and no mailbox has such a name yet");
  EXPECT_EQ(routes("# \xff\njoe: a"), "line 1: is not UTF-8");
  EXPECT_EQ(routes("j\x01: a"), "line 1: 'j\\x01' has control signs in it");
  EXPECT_EQ(routes(std::string(2000, 'a') + ": a"), "line 1: the name is too long");
}

TEST(TableLines, of_domains_are_a_domain_each) {
  const ParsedTable good =
      parse_table("B.example\n# x\n a.example \nb.example", TableKind::Domains);
  ASSERT_FALSE(good.bad.has_value());
  ASSERT_EQ(good.table.lines.size(), 2U);
  EXPECT_EQ(good.table.lines[0].key, "a.example");
  EXPECT_NE(good.table.find("b.example"), nullptr);
  EXPECT_EQ(good.numbers[1], 4U);
  const ParsedTable bad = parse_table("a.example\n@b.example", TableKind::Domains);
  ASSERT_TRUE(bad.bad.has_value());
  EXPECT_EQ(bad.bad->number, 2U);
  EXPECT_EQ(bad.bad->reason, "'@b.example' is no domain: write example.com");
}

TEST(TableLines, may_be_many) {
  std::string text;
  for (int i = 0; i < 20'000; ++i)
    text += fmt::format("user{}@example.com: store/pod-{}\n", i, i % 9);
  const ParsedTable parsed = parse_table(text, TableKind::Routes);
  EXPECT_EQ(parsed.table.lines.size(), 20'000U);
  EXPECT_EQ(parsed.table.find("user19999@example.com")->member, "pod-1");
}

}  // namespace
}  // namespace postern::build
