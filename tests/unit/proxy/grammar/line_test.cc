#include "proxy/grammar/line.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fragmenter.h"

namespace postern::grammar {
namespace {

std::string said(const Parse<ByteView>& parse) {
  if (const auto* const done = std::get_if<Done<ByteView>>(&parse)) {
    return "line " + std::string(done->value) + "/" + std::to_string(done->consumed);
  }
  if (const auto* const wrong = std::get_if<Malformed>(&parse)) {
    return std::string(wrong->reason) + "@" + std::to_string(wrong->at);
  }
  return "more";
}

struct LineRow {
  const char* sentence;
  std::string_view octets;
  std::string result;
};

TEST(Line, ends_with_crlf_and_nothing_else_at_every_fragment_size) {
  const LineRow rows[] = {
      {"a whole line", "abc\r\n", "line abc/5"},
      {"an empty line", "\r\n", "line /2"},
      {"a NUL is an octet of the line", std::string_view("a\0b\r\n", 5),
       "line " + std::string("a\0b", 3) + "/5"},
      {"no end yet", "abc", "more"},
      {"half an end", "abc\r", "more"},
      {"a bare LF", "abc\ndef\r\n", std::string(kBareLf) + "@3"},
      {"a bare CR", "ab\rcd\r\n", std::string(kBareCr) + "@2"},
      {"two CR", "ab\r\r\n", std::string(kBareCr) + "@2"},
      {"as long as may be", "12345678\r\n", "line 12345678/10"},
      {"one too long", "123456789\r\n", std::string(kLineTooLong) + "@10"},
      {"too long without an end", "1234567890", std::string(kLineTooLong) + "@10"},
      {"too long before its LF", "1234567890\n", std::string(kLineTooLong) + "@10"},
  };
  const auto parser = [](ByteView octets) { return said(parse_line(octets, 10)); };
  for (const LineRow& row : rows) {
    for (const std::size_t size : test::kFragmentSizes) {
      std::string last;
      test::parse_in_fragments(row.octets, size, [&](ByteView octets) {
        last = parser(octets);
        return parse_line(octets, 10);
      });
      EXPECT_EQ(last, row.result) << row.sentence << ", fragments of " << size;
    }
  }
}

TEST(Line, leaves_what_follows_it) { EXPECT_EQ(said(parse_line("a\r\nb\r\n", 100)), "line a/3"); }

}  // namespace
}  // namespace postern::grammar
