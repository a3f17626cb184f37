#include "proxy/relay/boundary.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/fragmenter.h"

namespace postern::relay {
namespace {

// One side's words, whole: a response, a command or a piece of one; and what holds behind them.
struct Said {
  Side by;
  std::string words;
  enum { Safe, Unsafe, Opaque } then;
};

constexpr Side kClient = Side::Client;
constexpr Side kBackend = Side::Backend;

struct Conversation {
  const char* claim;
  std::vector<Said> all;
};

const std::vector<Conversation>& conversations() {
  static const std::vector<Conversation> all{
      {"a command is answered",
       {{kClient, "a1 SELECT INBOX\r\n", Said::Unsafe},
        {kBackend, "* 3 EXISTS\r\n", Said::Unsafe},
        {kBackend, "* OK [UIDNEXT 4] next {3}\r\n", Said::Unsafe},
        {kBackend, "a1 OK [READ-WRITE] done {3}\r\n", Said::Safe}}},
      {"commands are pipelined",
       {{kClient, "a1 NOOP\r\na2 NOOP\r\n", Said::Unsafe},
        {kBackend, "a1 OK\r\n", Said::Unsafe},
        {kBackend, "a2 BAD\r\n", Said::Safe}}},
      {"a client's lines end without CR too",
       {{kClient, "a1 NOOP\n", Said::Unsafe}, {kBackend, "a1 OK\r\n", Said::Safe}}},
      {"a backend's do not", {{kBackend, "* 1 EXISTS\n", Said::Opaque}}},
      {"nor does a literal of the backend's begin after LF alone",
       {{kBackend, "* 1 FETCH (X {5}\n", Said::Opaque}}},
      {"the backend speaks unasked",
       {{kBackend, "* 4 EXISTS\r\n", Said::Safe}, {kBackend, "* OK still here\r\n", Said::Safe}}},
      {"IDLE waits between lines",
       {{kClient, "a1 iDlE\r\n", Said::Safe},
        {kBackend, "+ idling {5}\r\n", Said::Safe},
        {kBackend, "* 4 EXISTS\r\n", Said::Safe},
        {kClient, "Done\r\n", Said::Unsafe},
        {kBackend, "a1 OK\r\n", Said::Safe}}},
      {"IDLE behind a command that is not answered yet",
       {{kClient, "a1 FETCH 1 FLAGS\r\na2 IDLE\r\n", Said::Unsafe},
        {kBackend, "a1 OK\r\n", Said::Safe},
        {kBackend, "+ \r\n", Said::Safe}}},
      {"IDLE is refused",
       {{kClient, "a1 IDLE\r\n", Said::Safe},
        {kBackend, "a1 BAD no\r\n", Said::Safe},
        {kClient, "a2 NOOP\r\n", Said::Unsafe},
        {kBackend, "a2 OK\r\n", Said::Safe}}},
      {"DONE comes with the next command",
       {{kClient, "a1 IDLE\r\n", Said::Safe},
        {kClient, "DONE\r\na2 NOOP\r\n", Said::Unsafe},
        {kBackend, "a1 OK\r\n", Said::Unsafe},
        {kBackend, "a2 OK\r\n", Said::Safe}}},
      {"a literal comes down with what looks like answers",
       {{kClient, "a1 FETCH 1 BODY[]\r\n", Said::Unsafe},
        {kBackend, "* 1 FETCH (BODY[] {14}\r\n\r\na1 OK\r\n{5}\r\n UID 3 X {0}\r\n)\r\n",
         Said::Unsafe},
        {kBackend, "a1 OK\r\n", Said::Safe}}},
      {"a literal goes up when the backend allows it",
       {{kClient, "a1 APPEND INBOX (\\Seen) {9}\r\n", Said::Unsafe},
        {kBackend, "+ go\r\n", Said::Unsafe},
        {kClient, "a2 NOOP\r\n", Said::Unsafe},
        {kClient, "\r\n", Said::Unsafe},
        {kBackend, "a1 OK\r\n", Said::Safe}}},
      {"a literal goes up unasked",
       {{kClient, "a1 APPEND INBOX ~{9+}\r\na2 NOOP\r\n\r\n", Said::Unsafe},
        {kBackend, "a1 OK\r\n", Said::Safe}}},
      {"a literal is refused and never comes",
       {{kClient, "a1 APPEND INBOX {900}\r\n", Said::Unsafe},
        {kBackend, "a1 NO [TRYCREATE] no\r\n", Said::Safe},
        {kClient, "a2 NOOP\r\n", Said::Unsafe},
        {kBackend, "a2 OK\r\n", Said::Safe}}},
      {"another command's answer does not refuse a literal",
       {{kClient, "a1 NOOP\r\na2 APPEND INBOX {4}\r\n", Said::Unsafe},
        {kBackend, "a1 OK\r\n+ go\r\n", Said::Unsafe},
        {kClient, "\r\n\r\n\r\n", Said::Unsafe},
        {kBackend, "a2 OK\r\n", Said::Safe}}},
      {"a second literal is refused",
       {{kClient, "a1 LOGIN {1}\r\n", Said::Unsafe},
        {kBackend, "+\r\n", Said::Unsafe},
        {kClient, "x {0}\r\n", Said::Unsafe},
        {kBackend, "a1 BAD\r\n", Said::Safe}}},
      {"braces that announce nothing",
       {{kClient, "a1 SEARCH {5} {x} {} {+} {5}x\r\n", Said::Unsafe},
        {kBackend, "* LIST () {5 }\r\n* LIST () {5+}}\r\n* X {5\r\n* X 5}\r\n", Said::Unsafe},
        {kBackend, "* NO {5}\r\n* BAD {5}\r\n* PREAUTH {5}\r\n* bye {5}\r\n", Said::Unsafe},
        {kBackend, "a1 OK\r\n", Said::Safe}}},
      {"an empty line asks nothing", {{kClient, "\r\n\n", Said::Safe}}},
      {"half a line", {{kClient, "DON", Said::Unsafe}}},
      {"half a response", {{kBackend, "* 3 EXI", Said::Unsafe}}},
      {"an answer that nobody asked for", {{kBackend, "a1 OK\r\n", Said::Opaque}}},
      {"an answer before the command was said",
       {{kClient, "a1 APPEND INBOX {5+}\r\nab", Said::Unsafe},
        {kBackend, "a1 NO\r\n", Said::Opaque}}},
      {"a refusal of a literal that has begun",
       {{kClient, "a1 APPEND INBOX {5}\r\nab", Said::Unsafe},
        {kBackend, "a1 NO\r\n", Said::Opaque}}},
      {"a command instead of DONE",
       {{kClient, "a1 IDLE\r\n", Said::Safe}, {kClient, "a2 NOOP\r\n", Said::Opaque}}},
      {"DONE without IDLE", {{kClient, "DONE\r\n", Said::Opaque}}},
      {"a word alone", {{kClient, "NOOP\r\n", Said::Opaque}}},
      {"a line without a tag", {{kClient, " NOOP\r\n", Said::Opaque}}},
      {"an empty response", {{kBackend, "\r\n", Said::Opaque}}},
      {"a star alone", {{kBackend, "*\r\n", Said::Opaque}}},
      {"an answer without words",
       {{kClient, "a NOOP\r\n", Said::Unsafe}, {kBackend, "a\r\n", Said::Opaque}}},
      {"digits without an end",
       {{kBackend, "* 1 FETCH (X {00000000000000000009}\r\n", Said::Opaque}}},
      {"COMPRESS", {{kClient, "a1 compress DEFLATE\r\n", Said::Opaque}}},
      {"STARTTLS", {{kClient, "a1 STARTTLS\r\n", Said::Opaque}}},
      {"AUTHENTICATE", {{kClient, "a1 AUTHENTICATE PLAIN\r\n", Said::Opaque}}},
  };
  return all;
}

void expect(const Boundary& boundary, const Said& said) {
  EXPECT_EQ(boundary.safe(), said.then == Said::Safe) << said.words;
  EXPECT_EQ(boundary.opaque(), said.then == Said::Opaque) << said.words;
}

TEST(Boundary, knows_where_a_conversation_is_however_it_is_cut) {
  for (const Conversation& conversation : conversations()) {
    SCOPED_TRACE(conversation.claim);
    for (const std::size_t size : test::kFragmentSizes) {
      Boundary boundary;
      for (const Said& said : conversation.all) {
        test::in_fragments(said.words, size, [&](ByteView part) { boundary.feed(said.by, part); });
        expect(boundary, said);
      }
    }
  }
}

TEST(Boundary, goes_on_after_octets_that_passed_unseen) {
  for (const Conversation& conversation : conversations()) {
    SCOPED_TRACE(conversation.claim);
    for (const std::size_t size : test::kFragmentSizes) {
      Boundary boundary;
      for (const Said& said : conversation.all) {
        test::in_fragments(said.words, size, [&](ByteView part) {
          while (!part.empty()) {
            const auto literal = static_cast<std::size_t>(
                std::min<std::uint64_t>(part.size(), boundary.literal_left(said.by)));
            const std::size_t fed = literal > 0 ? literal : 1;
            if (literal > 0) {
              boundary.skip(said.by, literal);
            } else {
              boundary.feed(said.by, part.substr(0, 1));
            }
            part.remove_prefix(fed);
          }
        });
        expect(boundary, said);
      }
    }
  }
}

TEST(Boundary, is_never_safe_inside_a_response_or_a_command) {  // I8.1
  const std::vector<Said> told{
      {kClient, "a1 SELECT INBOX\r\n", Said::Unsafe},
      {kBackend, "* FLAGS (\\Seen)\r\n", Said::Unsafe},
      {kBackend, "a1 OK done\r\n", Said::Safe},
      {kBackend, "* 1 FETCH (BODY[] {10}\r\nx\r\na1 OK\r\n FLAGS ())\r\n", Said::Safe},
      {kBackend, "* LIST () \"/\" {4}\r\n\r\n\r\n\r\n", Said::Safe},
      {kClient, "a2 IDLE\r\n", Said::Safe},
      {kBackend, "+ idling\r\n", Said::Safe},
      {kBackend, "* 2 EXISTS\r\n", Said::Safe},
      {kClient, "DONE\r\n", Said::Unsafe},
      {kBackend, "a2 OK\r\n", Said::Safe},
  };
  Boundary boundary;
  for (const Said& said : told) {
    for (std::size_t i = 0; i + 1 < said.words.size(); ++i) {
      boundary.feed(said.by, ByteView(said.words).substr(i, 1));
      EXPECT_FALSE(boundary.safe()) << said.words.substr(0, i + 1);
      EXPECT_FALSE(boundary.opaque()) << said.words.substr(0, i + 1);
    }
    boundary.feed(said.by, ByteView(said.words).substr(said.words.size() - 1));
    expect(boundary, said);
  }
}

TEST(Boundary, tells_how_much_of_a_literal_is_left) {
  Boundary boundary;
  boundary.feed(kBackend, "* 1 FETCH (BODY[] {1000000000000}");
  EXPECT_EQ(boundary.literal_left(kBackend), 0U);
  boundary.feed(kBackend, "\r\nabc");
  EXPECT_EQ(boundary.literal_left(kBackend), 999'999'999'997U);
  EXPECT_EQ(boundary.literal_left(kClient), 0U);
  boundary.skip(kBackend, 999'999'999'990);
  EXPECT_EQ(boundary.literal_left(kBackend), 7U);
  boundary.feed(kBackend, "defghij)\r\n");
  EXPECT_EQ(boundary.literal_left(kBackend), 0U);
  EXPECT_TRUE(boundary.safe());
}

TEST(Boundary, stays_opaque) {
  Boundary boundary;
  boundary.feed(kClient, "a1 COMPRESS DEFLATE\r\n");
  boundary.feed(kBackend, "a1 OK\r\n* 1 FETCH {5}\r\n");
  EXPECT_TRUE(boundary.opaque());
  EXPECT_FALSE(boundary.safe());
  EXPECT_EQ(boundary.literal_left(kBackend), 0U);
}

}  // namespace
}  // namespace postern::relay
