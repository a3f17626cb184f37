#include "proxy/grammar/imap/command.h"

#include <gtest/gtest.h>

#include <string>

#include "common/base/limits.h"
#include "tests/unit/proxy/grammar/imap/read_commands.h"

namespace postern::grammar::imap {
namespace {

using namespace std::string_literals;

struct CommandRow {
  const char* sentence;
  std::string octets;
  std::string said;
};

template <std::size_t N>
void expect_rows(const CommandRow (&rows)[N], Taste taste = {}) {
  for (const CommandRow& row : rows) {
    for (const std::size_t size : test::kFragmentSizes) {
      EXPECT_EQ(read_commands(row.octets, size, taste), row.said)
          << row.sentence << ", fragments of " << size;
    }
  }
}

TEST(ImapCommand, verbs_are_known_in_any_case) {
  const CommandRow rows[] = {
      {"capability", "a1 capability\r\n", "a1 CAPABILITY\n"},
      {"noop", "a NoOp\r\n", "a NOOP\n"},
      {"logout", "a LOGOUT\r\n", "a LOGOUT\n"},
      {"starttls", "a starttls\r\n", "a STARTTLS\n"},
      {"another", "a SELECT inbox\r\n", "a ?SELECT\n"},
      {"another alone", "a x\r\n", "a ?x\n"},
      {"two in one segment", "a NOOP\r\nb NOOP\r\n", "a NOOP\nb NOOP\n"},
      {"arguments where none belong", "a NOOP x\r\nb STARTTLS x\r\nc LOGOUT \r\n",
       "bad a\nbad b\nbad c\n"},
      {"a line that is not over", "a NOOP\r", ""},
  };
  expect_rows(rows);
}

TEST(ImapCommand, tags_that_are_not_tags_are_not_given_back) {
  const CommandRow rows[] = {
      {"percent", "%s%n CAPABILITY\r\n", "bad \n"},
      {"NUL", "a\0%n NOOP\r\n"s, "bad \n"},
      {"star", "* NOOP\r\n", "bad \n"},
      {"plus", "+ NOOP\r\n", "bad \n"},
      {"escape", "a\x1b[0m NOOP\r\n", "bad \n"},
      {"8 KiB without a space", std::string(8000, 'a') + "\r\nb NOOP\r\n", "bad \nb NOOP\n"},
      {"an empty line", "\r\na NOOP\r\n", "bad \na NOOP\n"},
      {"a tag alone", "a1\r\n", "bad \n"},
      {"two spaces", "a1  NOOP\r\n", "bad a1\n"},
      {"HTTP", "GET / HTTP/1.1\r\n", "GET ?/\n"},
  };
  expect_rows(rows);
}

TEST(ImapCommand, login_takes_atoms_and_quoted_strings) {
  const CommandRow rows[] = {
      {"atoms", "a LOGIN alice secret\r\n", "a LOGIN alice|secret\n"},
      {"quoted", "a LOGIN \"al ice\" \"p\\\"w\\\\ {5} *\"\r\n", "a LOGIN al ice|p\"w\\ {5} *\n"},
      {"empty is form", "a LOGIN \"\" \"\"\r\n", "a LOGIN |\n"},
      {"a bracket", "a LOGIN a] ]b\r\n", "a LOGIN a]|]b\n"},
      {"one argument", "a LOGIN alice\r\n", "bad a\n"},
      {"three", "a LOGIN alice pw extra\r\n", "bad a\n"},
      {"no space between", "a LOGIN \"a\"\"b\"\r\n", "bad a\n"},
      {"a wrong escape", "a LOGIN \"\\x\" b\r\n", "bad a\n"},
      {"unterminated", "a LOGIN \"alice\r\nb NOOP\r\n", "bad a\nb NOOP\n"},
      {"NUL", "a LOGIN \"u\0x\" pw\r\n"s, "bad a\n"},
      {"a list", "a LOGIN (u) pw\r\n", "bad a\n"},
  };
  expect_rows(rows);
}

TEST(ImapCommand, literals_are_announced_before_they_are_read) {
  const CommandRow rows[] = {
      {"both", "a LOGIN {5}\r\nalice {6}\r\nsecret\r\n",
       "a LOGIN#0{5} yes\na LOGIN#1{6} yes\na LOGIN alice|secret\n"},
      {"sent already", "a LOGIN {5+}\r\nalice {6+}\r\nsecret\r\nb NOOP\r\n",
       "a LOGIN#0{5+} yes\na LOGIN#1{6+} yes\na LOGIN alice|secret\nb NOOP\n"},
      {"mixed with a quoted string", "a LOGIN \"bob\" {2}\r\n\"x\r\n",
       "a LOGIN#1{2} yes\na LOGIN bob|\"x\n"},
      {"line ends within", "a LOGIN {7}\r\na\r\n\nb\r\r {3}\r\n}\r\n\r\n",
       "a LOGIN#0{7} yes\na LOGIN#1{3} yes\na LOGIN a\r\n\nb\r\r|}\r\n\n"},
      {"of no octets", "a LOGIN {0}\r\n {0+}\r\n\r\n",
       "a LOGIN#0{0} yes\na LOGIN#1{0+} yes\na LOGIN |\n"},
      {"NUL within", "a LOGIN {3}\r\na\0b pw\r\nb NOOP\r\n"s, "a LOGIN#0{3} yes\nbad a\nb NOOP\n"},
      {"something behind", "a LOGIN {1}\r\nax pw\r\nb NOOP\r\n",
       "a LOGIN#0{1} yes\nbad a\nb NOOP\n"},
      {"a CR at its end is not the line's", "a LOGIN u {2}\r\nx\r\nb NOOP\r\nc NOOP\r\n",
       "a LOGIN#1{2} yes\nbad a\nc NOOP\n"},
  };
  expect_rows(rows);
}

TEST(ImapCommand, sizes_that_are_no_sizes_are_malformed) {
  for (const char* const size : {"{18446744073709551615}", "{18446744073709551621}", "{-1}", "{}",
                                 "{ 5}", "{0x10}", "{5x}", "{5-}", "{99999999999}"}) {
    const CommandRow rows[] = {
        {size, "a LOGIN "s + size + "\r\nb NOOP\r\n", "bad a\nb NOOP\n"},
    };
    expect_rows(rows);
  }
}

TEST(ImapCommand, refused_literals_are_not_run_as_commands) {
  const std::string data = "zz LOGIN smuggled pw\r\nzz NOOP\r\n12";  // 33 octets
  const std::string big(limits::kNonSyncLiteralOctets, 'x');
  const CommandRow rows[] = {
      {"synchronising: nothing was sent", "a LOGIN {2000}\r\nb NOOP\r\n",
       "a LOGIN#0{2000} no\nb NOOP\n"},
      {"2^32: refused by whoever asks", "a LOGIN {4294967295}\r\nb NOOP\r\n",
       "a LOGIN#0{4294967295} no\nb NOOP\n"},
      {"2^32 + 5 is not 5", "a LOGIN {4294967301+}\r\nabcde fghij\r\n",
       "a LOGIN#0{4294967301+} no\nclose\n"},
      {"64-bit wrap", "a LOGIN {18446744073709551621+}\r\nabcde fghij\r\n", "close a\n"},
      {"read past with the rest of its command", "a LOGIN {4096+}\r\n" + big + " pw\r\nb NOOP\r\n",
       "a LOGIN#0{4096+} no\nb NOOP\n"},
      {"and the literals behind it",
       "a LOGIN {4096+}\r\n" + big + " {33+}\r\n" + data + "\r\nb NOOP\r\n",
       "a LOGIN#0{4096+} no\nb NOOP\n"},
      {"more than that closes", "a LOGIN {4097+}\r\nx", "a LOGIN#0{4097+} no\nclose\n"},
      {"of a bad command", "a NOOP {33+}\r\n" + data + "\r\nb NOOP\r\n", "bad a\nb NOOP\n"},
      {"of an unknown command", "a NOSUCH {33+}\r\n" + data + "\r\nb NOOP\r\n",
       "a ?NOSUCH\nb NOOP\n"},
      {"of an unknown command, too many", "a NOSUCH {67108864+}\r\n" + data, "close a\n"},
      {"of a bad command, too many", "a NOOP {5000+}\r\n" + data, "close a\n"},
      {"literal8", "a NOSUCH ~{33+}\r\n" + data + "\r\nb NOOP\r\n", "a ?NOSUCH\nb NOOP\n"},
      {"as a mechanism", "a AUTHENTICATE {33+}\r\n" + data + "\r\nb NOOP\r\n", "bad a\nb NOOP\n"},
      {"as an initial response", "a AUTHENTICATE PLAIN {33+}\r\n" + data + "\r\nb NOOP\r\n",
       "bad a\nb NOOP\n"},
      {"behind an initial response",
       "a AUTHENTICATE X-OTHER AAAA{33+}\r\n" + data + "\r\nb NOOP\r\n", "bad a\nb NOOP\n"},
      {"as a tag", "{33+}\r\n" + data + "\r\nb NOOP\r\n", "bad \nb NOOP\n"},
      {"of no octets", "a NOSUCH {0+}\r\n\r\nb NOOP\r\n", "a ?NOSUCH\nb NOOP\n"},
      {"synchronising of an unknown command", "a NOSUCH {33}\r\nb NOOP\r\n", "a ?NOSUCH\nb NOOP\n"},
      {"the end of an accepted one is no announcement", "a LOGIN x {5}\r\n{33+}\r\nb NOOP\r\n",
       "a LOGIN#1{5} yes\na LOGIN x|{33+}\nb NOOP\n"},
  };
  expect_rows(rows);
}

TEST(ImapCommand, bare_cr_and_lf_spoil_the_line_up_to_its_crlf) {
  const CommandRow rows[] = {
      {"LF", "a NOOP\nzz NOOP\r\nb NOOP\r\n", "bad a\nb NOOP\n"},
      {"CR", "a NOOP\rzz NOOP\r\nb NOOP\r\n", "bad a\nb NOOP\n"},
      {"two CR", "a NOOP\r\r\nb NOOP\r\n", "bad a\nb NOOP\n"},
      {"LF and a literal", "a NOSUCH\nx {4+}\r\nzz \r\n NOOP\r\nb NOOP\r\n", "bad a\nb NOOP\n"},
      {"LF within quotes", "a LOGIN \"u\nzz NOOP\r\nb NOOP\r\n", "bad a\nb NOOP\n"},
      {"no CRLF at all", "a NOOP\n" + std::string(20000, 'x'), "bad a\nclose \n"},
  };
  expect_rows(rows);
}

TEST(ImapCommand, a_command_has_a_limit_with_its_literals) {
  const std::string name(80, 'n');
  const CommandRow rows[] = {
      {"a line as long as may be", "a NOSUCH " + std::string(117, 'x') + "\r\n", "a ?NOSUCH\n"},
      {"one longer", "a NOSUCH " + std::string(118, 'x') + "\r\n", "close a\n"},
      {"without an end", "a NOSUCH " + std::string(9000, 'x'), "close a\n"},
      {"many without a space", std::string(9000, 'x'), "close \n"},
      {"a literal that does not fit", "a LOGIN {120}\r\nb NOOP\r\n", "a LOGIN#0{120} no\nb NOOP\n"},
      {"a second one that does not", "a LOGIN {80}\r\n" + name + " {60}\r\nb NOOP\r\n",
       "a LOGIN#0{80} yes\na LOGIN#1{60} no\nb NOOP\n"},
  };
  expect_rows(rows, {1000, 128});
}

TEST(ImapCommand, an_argument_has_a_limit) {
  CommandReader reader(8192);
  const auto most = [&](ByteView octets) {
    const auto read = reader.read(octets);
    return std::get<LiteralAnnounced>(read.event).most;
  };
  EXPECT_EQ(most("a LOGIN {1}\r\n"), limits::kNameOctets);
  EXPECT_TRUE(reader.refuse_literal());
  EXPECT_EQ(most("a LOGIN u {1}\r\n"), limits::kPasswordOctets);
  EXPECT_TRUE(reader.refuse_literal());
  EXPECT_TRUE(reader.idle());
}

TEST(ImapCommand, a_literal_may_fill_the_command_to_its_last_octet) {
  CommandReader reader(128);
  const std::string line = "a LOGIN " + std::string(112, 'u') + " {0}\r\n";
  ASSERT_EQ(line.size(), 126U);
  auto read = reader.read(line);
  EXPECT_EQ(std::get<LiteralAnnounced>(read.event).most, 2U);
  reader.accept_literal();
  read = reader.read("\r\n");
  EXPECT_TRUE(std::holds_alternative<Command>(read.event));
  const std::string full = "a LOGIN " + std::string(114, 'u') + " {0}\r\n";
  read = reader.read(full);
  EXPECT_EQ(std::get<LiteralAnnounced>(read.event).most, 0U);
  reader.accept_literal();
  read = reader.read("\r\n");
  EXPECT_TRUE(std::get<BadCommand>(read.event).closes());
}

TEST(ImapCommand, authenticate_takes_a_mechanism_and_an_initial_response) {
  const std::string long_response(limits::kSaslLineOctets - 32, 'A');
  const CommandRow rows[] = {
      {"alone", "a AUTHENTICATE PLAIN\r\n", "a AUTHENTICATE PLAIN\n"},
      {"with a response", "a authenticate plain AGEAYg==\r\n", "a AUTHENTICATE plain|AGEAYg==\n"},
      {"with an empty one", "a AUTHENTICATE EXTERNAL =\r\n", "a AUTHENTICATE EXTERNAL|=\n"},
      {"a space and nothing", "a AUTHENTICATE PLAIN \r\n", "bad a\n"},
      {"no mechanism", "a AUTHENTICATE\r\n", "bad a\n"},
      {"longer than a command may be", "a AUTHENTICATE XOAUTH2 " + long_response + "\r\n",
       "a AUTHENTICATE XOAUTH2|" + long_response + "\n"},
      {"longer than SASL may be", "a AUTHENTICATE XOAUTH2 " + long_response + "AAAAAAAA\r\n",
       "close a\n"},
  };
  expect_rows(rows);
}

TEST(ImapCommand, id_takes_pairs_of_strings) {
  std::string thirty;
  std::string said;
  for (int i = 0; i < 30; ++i) {
    thirty += (i > 0 ? " " : "") + "\"k\" \"v\""s;
    said += " k=v";
  }
  const CommandRow rows[] = {
      {"NIL", "a ID NIL\r\n", "a ID\n"},
      {"an empty list", "a ID ()\r\n", "a ID\n"},
      {"pairs", "a id (\"name\" \"Mail App\" \"version\" nil)\r\n",
       "a ID name=Mail App version=NIL\n"},
      {"literals", "a ID (\"name\" {3}\r\nabc)\r\n", "a ID#1{3} yes\na ID name=abc\n"},
      {"30 pairs", "a ID (" + thirty + ")\r\n", "a ID" + said + "\n"},
      {"31 pairs", "a ID (" + thirty + " \"k\" \"v\")\r\n", "bad a\n"},
      {"a list within", "a ID ((\"k\" \"v\"))\r\n", "bad a\n"},
      {"open parentheses", "a ID " + std::string(8000, '(') + "\r\n", "bad a\n"},
      {"half a pair", "a ID (\"k\")\r\n", "bad a\n"},
      {"an atom", "a ID (k v)\r\n", "bad a\n"},
      {"NIL as a key", "a ID (NIL \"v\")\r\n", "bad a\n"},
      {"NILs", "a ID NILX\r\n", "bad a\n"},
      {"NIL and more as a value", "a ID (\"k\" NILX)\r\n", "bad a\n"},
      {"no end", "a ID (\"k\" \"v\"\r\n", "bad a\n"},
      {"nothing", "a ID\r\n", "bad a\n"},
  };
  expect_rows(rows);
}

TEST(ImapCommand, nothing_is_consumed_past_a_command) {
  CommandReader reader(8192);
  const auto read = reader.read("a STARTTLS\r\nb NOOP\r\n");
  EXPECT_EQ(read.consumed, 12U);
  EXPECT_TRUE(reader.idle());
}

TEST(ImapCommand, holds_no_secret_when_the_command_is_gone) {
  const std::size_t before = Secret::live();
  static_cast<void>(read_commands("a LOGIN \"u\" {6}\r\nsecret\r\nb LOGIN \"x\" \"y\" z\r\n", 3));
  EXPECT_EQ(Secret::live(), before);
}

}  // namespace
}  // namespace postern::grammar::imap
