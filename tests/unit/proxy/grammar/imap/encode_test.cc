#include "proxy/grammar/imap/encode.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/proxy/grammar/imap/read_commands.h"

namespace postern::grammar::imap {
namespace {

using namespace std::string_literals;

std::string joined(const std::vector<Secret>& pieces) {
  std::string out;
  for (const Secret& piece : pieces) out += std::string(piece.reveal()) + "/";
  return out;
}

TEST(ImapEncode, login_is_quoted_where_octets_allow) {
  EXPECT_EQ(joined(encode_login("t1", {"al ice", "p\"w\\ {5} *"}, false)),
            "t1 LOGIN \"al ice\" \"p\\\"w\\\\ {5} *\"\r\n/");
}

TEST(ImapEncode, login_goes_by_literals_where_they_do_not) {
  EXPECT_EQ(joined(encode_login("t1", {"alice", "p\xC3\xA9"}, true)),
            "t1 LOGIN {5+}\r\nalice {3+}\r\np\xC3\xA9\r\n/");
  EXPECT_EQ(joined(encode_login("t1", {"alice", "p\xC3\xA9"}, false)),
            "t1 LOGIN {5}\r\n/alice {3}\r\n/p\xC3\xA9\r\n/");
}

TEST(ImapEncode, no_credential_becomes_a_command) {
  const std::string names[] = {"user\r\nx DELETE y",  "\"", "\\", "{5}",  "{5+}\r\n", "", " ",
                               std::string(900, 'n'), "\r", "\n", "\x7F", "a\" \"b"};
  for (const std::string& name : names) {
    for (const std::string& password : names) {
      for (const bool non_synchronising : {false, true}) {
        std::string sent;
        for (const Secret& piece : encode_login("t1", {name, password}, non_synchronising)) {
          sent += piece.reveal();
        }
        const std::string said = read_commands(sent + "t2 NOOP\r\n", test::kAllAtOnce);
        EXPECT_TRUE(said.ends_with("t1 LOGIN " + name + "|" + password + "\nt2 NOOP\n")) << said;
      }
    }
  }
}

TEST(ImapEncode, authenticate_has_a_response_or_none) {
  EXPECT_EQ(encode_authenticate("t", "PLAIN", "AGE=").reveal(), "t AUTHENTICATE PLAIN AGE=\r\n");
  EXPECT_EQ(encode_authenticate("t", "EXTERNAL", "").reveal(), "t AUTHENTICATE EXTERNAL =\r\n");
  EXPECT_EQ(encode_authenticate("t", "PLAIN", std::nullopt).reveal(), "t AUTHENTICATE PLAIN\r\n");
}

TEST(ImapEncode, id_is_read_as_it_was_written_and_bounded) {
  EXPECT_EQ(encode_id("t", {}), "t ID NIL\r\n");
  EXPECT_EQ(encode_id("t", {{"x-session-id", "a\"b"}, {"k", "x\r\nt9 NOOP\xFF"}}),
            "t ID (\"x-session-id\" \"a\\\"b\" \"k\" \"x??t9 NOOP?\")\r\n");
  const IdPairs many(40, {std::string(100, 'k'), "v"});
  const std::string said = read_commands(encode_id("t", many), test::kAllAtOnce);
  std::string expected = "t ID";
  for (int i = 0; i < 30; ++i) expected += " " + std::string(30, 'k') + "=v";
  EXPECT_EQ(said, expected + "\n");
}

TEST(ImapEncode, bare_commands_have_no_arguments) {
  EXPECT_EQ(encode_bare("t1", "STARTTLS"), "t1 STARTTLS\r\n");
}

}  // namespace
}  // namespace postern::grammar::imap
