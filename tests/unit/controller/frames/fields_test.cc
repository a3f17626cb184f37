#include "controller/frames/fields.h"

#include <gtest/gtest.h>

namespace postern::frames {
namespace {

TEST(Fields, are_found_by_their_whole_path_only) {
  std::array<Field, 5> fields{{{.path = {"name"}},
                               {.path = {"metadata", "name"}},
                               {.path = {"metadata"}},
                               {.path = {"a", "b", "c", "d"}},
                               {.path = {"absent"}}}};
  const auto fault =
      read_fields(R"({"metadata":{"x":{"name":"no"},"name":"yes"},"spec":{"name":"no"},)"
                  R"("a":{"b":{"c":{"d":7,"e":{"name":"no","deep":{"er":1}}}}}})",
                  fields);
  EXPECT_EQ(fault, std::nullopt);
  EXPECT_FALSE(fields[0].found);
  EXPECT_EQ(fields[1].text, "yes");
  EXPECT_EQ(fields[2].map, R"({"x":{"name":"no"},"name":"yes"})");
  EXPECT_EQ(fields[3].text, "7");
  EXPECT_FALSE(fields[4].found);
}

TEST(Fields, of_list_items_count_once) {
  std::array<Field, 1> fields{{{.path = {"causes", "reason"}}}};
  EXPECT_EQ(read_fields(R"({"causes":[{"reason":"first"},{"reason":"second"}]})", fields),
            std::nullopt);
  EXPECT_EQ(fields[0].text, "first");
}

TEST(Fields, refuse_an_object_that_says_them_twice) {
  std::array<Field, 1> fields{{{.path = {"a", "b"}}}};
  EXPECT_EQ(read_fields(R"({"a":{"b":1,"b":2}})", fields), "a field is written twice");
}

TEST(Fields, refuse_what_is_not_one_whole_object) {
  for (const char* json : {"", "{", "[]", "{} {}", R"({"a":)", R"({"a":1)", "{\"a\":\"\xFF\"}"}) {
    std::array<Field, 1> fields{{{.path = {"a"}}}};
    EXPECT_NE(read_fields(json, fields), std::nullopt) << json;
  }
}

TEST(Fields, that_are_null_or_of_another_kind_have_no_text) {
  std::array<Field, 3> fields{{{.path = {"a"}}, {.path = {"b"}}, {.path = {"c"}}}};
  EXPECT_EQ(read_fields(R"({"a":null,"b":["x"],"c":{}})", fields), std::nullopt);
  EXPECT_EQ(fields[0].text, "");
  EXPECT_EQ(fields[1].text, "");
  EXPECT_EQ(fields[2].text, "");
  EXPECT_EQ(fields[2].map, "{}");
}

}  // namespace
}  // namespace postern::frames
