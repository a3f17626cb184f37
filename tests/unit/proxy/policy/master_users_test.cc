#include "proxy/policy/master_users.h"

#include <gtest/gtest.h>

namespace postern::policy {
namespace {

struct Row {
  const char* typed;
  char separator;
  const char* name;
  const char* mailbox;
};

constexpr Row kRows[] = {
    {"joe", 0, "joe", "joe"},
    {"joe", '*', "joe", "joe"},
    {"joe*admin", 0, "joe*admin", "joe*admin"},
    {"joe*admin", '*', "admin", "joe"},
    {"joe@example.org*admin@example.org", '*', "admin@example.org", "joe@example.org"},
    {"joe*admin", '%', "joe*admin", "joe*admin"},
    {"*admin", '*', "admin", ""},
    {"joe*", '*', "joe*", ""},
    {"*", '*', "*", ""},
    {"a*b*c", '*', "a*b*c", ""},
    {"joe**admin", '*', "joe**admin", ""},
};

TEST(MasterUsers, split_a_typed_name_at_one_separator_and_find_nobody_at_two) {
  for (const Row& row : kRows) {
    const TypedName name = split_typed(row.typed, row.separator);
    EXPECT_EQ(name.name, row.name) << row.typed;
    EXPECT_EQ(name.mailbox, row.mailbox) << row.typed;
  }
}

TEST(MasterUsers, are_known_whatever_the_letter_case_and_nobody_else_is) {
  const config::MasterUsers masters{'*', {"admin@example.org"}};
  EXPECT_TRUE(may_act_for_others(masters, "Admin@Example.ORG"));
  EXPECT_FALSE(may_act_for_others(masters, "admin"));
  EXPECT_FALSE(may_act_for_others(masters, ""));
  EXPECT_FALSE(may_act_for_others({'*', {}}, "admin@example.org"));
}

}  // namespace
}  // namespace postern::policy
