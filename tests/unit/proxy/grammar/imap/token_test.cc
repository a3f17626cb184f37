#include "proxy/grammar/imap/token.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fragmenter.h"

namespace postern::grammar::imap {
namespace {

std::string value_text(const ByteView& value) { return std::string(value); }
std::string value_text(const Secret& value) { return std::string(value.reveal()); }
std::string value_text(const Literal& value) {
  const bool waits = value.mode == LiteralMode::Synchronising;
  return std::to_string(value.size) + (waits ? " waits" : " is sent");
}

template <class T>
std::string said(const Parse<T>& parse) {
  if (std::holds_alternative<NeedMore>(parse)) return "more";
  if (std::holds_alternative<Malformed>(parse)) return "malformed";
  const auto& done = std::get<Done<T>>(parse);
  return value_text(done.value) + "/" + std::to_string(done.consumed);
}

struct TokenRow {
  std::string octets;
  std::string result;
};

template <class Parser, std::size_t N>
void expect_rows(Parser parser, const TokenRow (&rows)[N]) {
  for (const TokenRow& row : rows) {
    for (const std::size_t size : test::kFragmentSizes) {
      std::string last;
      test::parse_in_fragments(row.octets, size, [&](ByteView octets) {
        auto parsed = parser(octets);
        last = said(parsed);
        return parsed;
      });
      EXPECT_EQ(last, row.result) << row.octets << ", fragments of " << size;
    }
  }
}

TEST(ImapToken, a_tag_is_short_and_safe_to_give_back) {
  const std::string longest(32, 'a');
  const TokenRow rows[] = {
      {"a1 NOOP", "a1/2"},
      {"A-1._x ", "A-1._x/6"},
      {longest + " ", longest + "/32"},
      {longest + "a ", "malformed"},
      {std::string(8192, 'a'), "malformed"},
      {"* OK", "malformed"},
      {"+ x", "malformed"},
      {"%s%n X", "malformed"},
      {" x", "malformed"},
      {"", "more"},
      {"a1", "more"},
      {"a\x1b x", "a/1"},
      {"<script> x", "malformed"},
      {"(a x", "malformed"},
      {std::string("a\0b x", 5), "a/1"},
      {"\xC3\xA9 x", "malformed"},
  };
  expect_rows(parse_tag, rows);
}

TEST(ImapToken, an_atom_ends_before_a_special) {
  const TokenRow rows[] = {
      {"LOGIN u", "LOGIN/5"}, {"a(b", "a/1"},        {"a]b ", "a/1"}, {"a{b", "a/1"},
      {"\"a", "malformed"},   {"\r\n", "malformed"}, {"abc", "more"}, {"a\\b", "a/1"},
  };
  expect_rows(parse_atom, rows);
  const TokenRow astrings[] = {{"a]b ", "a]b/3"}, {"{5}", "malformed"}};
  expect_rows(parse_astring_atom, astrings);
}

TEST(ImapToken, a_quoted_string_has_two_escapes_and_one_line) {
  const TokenRow rows[] = {
      {"\"abc\" x", "abc/5"},
      {"\"\"", "/2"},
      {"\"a\\\"b\\\\c\"", "a\"b\\c/9"},
      {"\"a\\x\"", "malformed"},
      {"\"us\r\ner\"", "malformed"},
      {"\"u\nx\"", "malformed"},
      {std::string("\"u\0x\"", 5), "malformed"},
      {"\"\xC3\xA9 {5}*\"", "\xC3\xA9 {5}*/9"},
      {"\"unterminated", "more"},
      {"\"half\\", "more"},
      {"abc", "malformed"},
      {"\"a\"\"b\"", "a/3"},
  };
  expect_rows(parse_quoted, rows);
}

TEST(ImapToken, a_literal_is_announced_with_size_and_mode) {
  const TokenRow rows[] = {
      {"{5}\r\nabcde", "5 waits/5"},
      {"{5+}\r\nabcde", "5 is sent/6"},
      {"{0}\r\n", "0 waits/5"},
      {"{9999999999}\r\n", "9999999999 waits/14"},
      {"{4294967301+}\r\n", "4294967301 is sent/15"},
      {"{10000000000}\r\n", "malformed"},
      {"{18446744073709551621+}\r\n", "malformed"},
      {"{-1}\r\n", "malformed"},
      {"{}\r\n", "malformed"},
      {"{+}\r\n", "malformed"},
      {"{ 5}\r\n", "malformed"},
      {"{5 }\r\n", "malformed"},
      {"{0x10}\r\n", "malformed"},
      {"{5x}\r\n", "malformed"},
      {"{5-}\r\n", "malformed"},
      {"{5++}\r\n", "malformed"},
      {"{5}\n", "malformed"},
      {"{5} \r\n", "malformed"},
      {"{5}", "more"},
      {"{5", "more"},
      {"{", "more"},
      {"5}", "malformed"},
  };
  expect_rows(parse_literal, rows);
}

}  // namespace
}  // namespace postern::grammar::imap
