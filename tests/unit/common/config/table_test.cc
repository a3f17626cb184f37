#include "common/config/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace postern::config {
namespace {

Table of(std::vector<std::string> keys) {
  std::ranges::sort(keys);
  Table table;
  for (std::string& key : keys) table.lines.push_back({key, "of " + key, {}});
  return table;
}

std::string at(const TableLine* line) { return line ? line->backend : "nowhere"; }

TEST(Table, finds_the_line_of_a_key_and_no_other) {
  const Table table = of({"joe@example.org", "joe", "@example.org", "zoe@example.org"});
  EXPECT_EQ(at(table.find("joe@example.org")), "of joe@example.org");
  EXPECT_EQ(at(table.find("joe")), "of joe");
  EXPECT_EQ(at(table.find("jo")), "nowhere");
  EXPECT_EQ(at(table.find("")), "nowhere");
  EXPECT_EQ(at(Table{}.find("joe")), "nowhere");
}

TEST(Table, finds_the_line_of_a_domain_without_its_sign) {
  const Table table = of({"example.org", "@example.org", "@b.example", "!x", "a@b", "\xc3\xa9"});
  EXPECT_EQ(at(table.find_domain("example.org")), "of @example.org");
  EXPECT_EQ(at(table.find_domain("b.example")), "of @b.example");
  EXPECT_EQ(at(table.find_domain("c.example")), "nowhere");
  EXPECT_EQ(at(table.find_domain("")), "nowhere");
  EXPECT_EQ(at(of({"a"}).find_domain("a")), "nowhere");
  EXPECT_EQ(at(of({"\xc3\xa9"}).find_domain("a")), "nowhere");
}

TEST(Table, finds_each_of_ten_thousand_lines) {
  std::vector<std::string> keys;
  for (int i = 0; i < 10'000; ++i) {
    keys.push_back((i % 3 == 0 ? "@d" : "user") + std::to_string(i) + ".example");
  }
  const Table table = of(keys);
  for (const std::string& key : keys) {
    const TableLine* const line =
        key[0] == '@' ? table.find_domain(key.substr(1)) : table.find(key);
    ASSERT_EQ(at(line), "of " + key);
  }
}

}  // namespace
}  // namespace postern::config
