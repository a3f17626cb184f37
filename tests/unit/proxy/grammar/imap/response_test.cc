#include "proxy/grammar/imap/response.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fragmenter.h"

namespace postern::grammar::imap {
namespace {

constexpr std::size_t kLimit = 16384;

std::string text_of(const ResponseText& text) {
  const std::string code = text.code.empty() ? "" : "[" + text.code + "|" + text.arguments + "]";
  return code + text.text;
}

std::string said(const Parse<Response>& parse) {
  if (std::holds_alternative<NeedMore>(parse)) return "more";
  if (std::holds_alternative<Malformed>(parse)) return "malformed";
  const auto& [response, consumed] = std::get<Done<Response>>(parse);
  const std::string end = " /" + std::to_string(consumed);
  if (const auto* const tagged = std::get_if<Tagged>(&response)) {
    return tagged->tag + " " + std::to_string(static_cast<int>(tagged->condition)) + " " +
           text_of(tagged->text) + end;
  }
  if (const auto* const status = std::get_if<Status>(&response)) {
    return "* " + std::to_string(static_cast<int>(status->condition)) + " " +
           text_of(status->text) + end;
  }
  if (const auto* const untagged = std::get_if<Untagged>(&response)) {
    return "* " + untagged->name + " " + untagged->rest + end;
  }
  return "+ " + std::get<Continuation>(response).text + end;
}

struct ResponseRow {
  const char* sentence;
  std::string octets;
  std::string result;
};

template <std::size_t N>
void expect_rows(const ResponseRow (&rows)[N], std::size_t limit = kLimit) {
  const auto parser = [&](ByteView octets) { return parse_response(octets, limit); };
  for (const ResponseRow& row : rows) {
    for (const std::size_t size : test::kFragmentSizes) {
      EXPECT_EQ(said(test::parse_in_fragments(row.octets, size, parser)), row.result)
          << row.sentence << ", fragments of " << size;
    }
  }
}

TEST(ImapResponse, greetings_tagged_and_continuations_are_told_apart) {
  const ResponseRow rows[] = {
      {"greeting", "* OK [CAPABILITY IMAP4rev1 ID] ready.\r\n",
       "* 0 [CAPABILITY|IMAP4rev1 ID]ready. /39"},
      {"preauth", "* PREAUTH hi\r\n", "* 3 hi /14"},
      {"bye", "* BYE full\r\n", "* 4 full /12"},
      {"lower case", "* ok hi\r\n", "* 0 hi /9"},
      {"nothing said", "* OK\r\n", "* 0  /6"},
      {"tagged OK", "t1 OK Logged in\r\n* x", "t1 0 Logged in /17"},
      {"tagged NO with a code", "t1 NO [AUTHENTICATIONFAILED] no\r\n",
       "t1 1 [AUTHENTICATIONFAILED|]no /33"},
      {"tagged BAD", "t1 BAD what\r\n", "t1 2 what /13"},
      {"a referral is a code", "t1 NO [REFERRAL imap://;AUTH=*@attacker/] x\r\n",
       "t1 1 [REFERRAL|imap://;AUTH=*@attacker/]x /45"},
      {"a bracket without an end is text", "t1 NO [x y\r\n", "t1 1 [x y /12"},
      {"continuation", "+ go\r\n", "+ go /6"},
      {"continuation of nothing", "+ \r\n", "+  /4"},
      {"plus alone", "+\r\n", "+  /3"},
      {"untagged", "* CAPABILITY IMAP4rev1 LITERAL+\r\n", "* CAPABILITY IMAP4rev1 LITERAL+ /33"},
      {"untagged without more", "* SEARCH\r\n", "* SEARCH  /10"},
      {"text that looks like a literal", "* OK {5}\r\nt1 OK x\r\n", "* 0 {5} /10"},
  };
  expect_rows(rows);
}

TEST(ImapResponse, literals_belong_to_an_untagged_response) {
  const ResponseRow rows[] = {
      {"one", "* ID (\"name\" {4}\r\na\r\nb)\r\nt1 OK x\r\n", "* ID (\"name\" {4}\r\na\r\nb) /25"},
      {"a tagged line within one", "* ID ({9}\r\nt1 OK x\r\n \"\")\r\n",
       "* ID ({9}\r\nt1 OK x\r\n \"\") /26"},
      {"of no octets", "* ID {0}\r\n\r\n", "* ID {0}\r\n /12"},
      {"not over", "* ID {4}\r\nabc", "more"},
      {"larger than may be", "* ID {16384}\r\n", "malformed"},
      {"much larger", "* ID {9999999999}\r\n", "malformed"},
  };
  expect_rows(rows);
}

TEST(ImapResponse, what_is_no_response_is_malformed) {
  const ResponseRow rows[] = {
      {"bare LF", "* OK hi\n", "malformed"},
      {"bare CR", "* OK h\ri\r\n", "malformed"},
      {"NUL", std::string("* OK h\0i\r\n", 10), "malformed"},
      {"a wrong tag", "t(1 OK x\r\n", "malformed"},
      {"no condition", "t1 YES x\r\n", "malformed"},
      {"tagged BYE", "t1 BYE x\r\n", "malformed"},
      {"an empty line", "\r\n", "malformed"},
      {"star alone", "*\r\n", "malformed"},
      {"star and a space", "* \r\n", "malformed"},
      {"POP3", "+OK hi\r\n", "malformed"},
      {"SMTP", "220 mx ESMTP\r\n", "malformed"},
      {"not over", "* OK hi", "more"},
      {"too long", "* OK " + std::string(kLimit, 'x'), "malformed"},
  };
  expect_rows(rows);
}

TEST(ImapResponse, capabilities_come_by_response_or_code) {
  const auto of = [](std::string_view octets) {
    const auto parsed = parse_response(octets, kLimit);
    return capabilities_of(std::get<Done<Response>>(parsed).value);
  };
  const std::vector<std::string> two = {"IMAP4rev1", "SASL-IR"};
  EXPECT_EQ(of("* CAPABILITY IMAP4rev1 SASL-IR\r\n"), two);
  EXPECT_EQ(of("* capability  IMAP4rev1  SASL-IR\r\n"), two);
  EXPECT_EQ(of("* OK [CAPABILITY IMAP4rev1 SASL-IR] hi\r\n"), two);
  EXPECT_EQ(of("t1 OK [CAPABILITY IMAP4rev1 SASL-IR] hi\r\n"), two);
  EXPECT_TRUE(of("t1 OK [ALERT] CAPABILITY\r\n").empty());
  EXPECT_TRUE(of("+ CAPABILITY x\r\n").empty());
  EXPECT_TRUE(has_capability(two, "sasl-ir"));
  EXPECT_FALSE(has_capability(two, "SASL"));
}

}  // namespace
}  // namespace postern::grammar::imap
