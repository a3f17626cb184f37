#include "common/base/ascii.h"

#include <gtest/gtest.h>

#include <string>

namespace postern {
namespace {

TEST(Ascii, ignores_case_of_letters_only) {
  EXPECT_TRUE(equal_ignoring_case("StartTLS", "STARTTLS"));
  EXPECT_FALSE(equal_ignoring_case("a", "ab"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
  EXPECT_FALSE(equal_ignoring_case("\xC3\x84", "\xC3\xA4"));
  EXPECT_TRUE(starts_with_ignoring_case("bearer x", "Bearer "));
  EXPECT_FALSE(starts_with_ignoring_case("Bea", "Bearer "));
  EXPECT_EQ(lower("ÄbC"), "Äbc");
  EXPECT_EQ(upper("Äbc"), "ÄBC");
}

TEST(Ascii, finds_controls) {
  EXPECT_TRUE(has_control("a\tb"));
  EXPECT_TRUE(has_control(std::string_view("a\0b", 3)));
  EXPECT_TRUE(has_control("\x7F"));
  EXPECT_FALSE(has_control("pässword ~"));
}

struct Utf8Row {
  const char* sentence;
  std::string_view text;
  bool well_formed;
};

TEST(Utf8, takes_what_is_well_formed_and_nothing_else) {
  const Utf8Row rows[] = {
      {"ASCII is UTF-8", "plain", true},
      {"two octets", "\xC3\xA9", true},
      {"three octets", "\xE2\x82\xAC", true},
      {"four octets", "\xF0\x9F\x98\x80", true},
      {"the last code point", "\xF4\x8F\xBF\xBF", true},
      {"beyond the last", "\xF4\x90\x80\x80", false},
      {"overlong slash in two", "\xC0\xAF", false},
      {"overlong in three", "\xE0\x80\xAF", false},
      {"overlong in four", "\xF0\x80\x80\xAF", false},
      {"a surrogate", "\xED\xA0\x80", false},
      {"before the surrogates", "\xED\x9F\xBF", true},
      {"a tail without a head", "\x80", false},
      {"a head without its tail", "\xE2\x82", false},
      {"a head before ASCII",
       "\xC3"
       "a",
       false},
      {"Latin-1", "caf\xE9", false},
      {"never used", "\xFF", false},
  };
  for (const Utf8Row& row : rows) EXPECT_EQ(is_utf8(row.text), row.well_formed) << row.sentence;
}

TEST(Printable, escapes_all_that_a_terminal_or_a_log_would_obey) {
  EXPECT_EQ(printable("x\r\nFORGED\x1b[31m"), "x\\x0d\\x0aFORGED\\x1b[31m");
  EXPECT_EQ(printable("a\\b"), "a\\x5cb");
  EXPECT_EQ(printable("é"), "\\xc3\\xa9");
  EXPECT_EQ(printable(std::string_view("\0\x7F", 2)), "\\x00\\x7f");
}

TEST(Printable, cuts_what_is_long_and_says_so) {
  EXPECT_EQ(printable("abcdef", 4), "abcd…");
  EXPECT_EQ(printable("abcd", 4), "abcd");
}

}  // namespace
}  // namespace postern
