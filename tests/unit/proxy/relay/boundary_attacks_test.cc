// What the tracker may be told by a client or a backend that wants a word of ours at a wrong place:
// announcements that are lies, lines that are none, answers to nobody. It may lose its way and stay
// silent; it must never say that it is between two responses when a strict reader is not.
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "common/base/ascii.h"
#include "proxy/relay/boundary.h"

namespace postern::relay {
namespace {

// A mail client that goes by RFC 9051 to the letter, and reads a whole conversation at once: after
// how many octets of the backend it is between two responses.
std::vector<bool> between_responses(const std::string& octets) {
  std::vector<bool> between(octets.size() + 1, false);
  between[0] = true;
  std::size_t at = 0;
  while (at < octets.size()) {
    bool quoted = false;
    const std::string head = octets.substr(at, 12);
    const bool has_literals = head.substr(0, 2) == "* " && head.substr(2, 3) != "OK " &&
                              head.substr(2, 3) != "NO " && head.substr(2, 4) != "BAD " &&
                              head.substr(2, 4) != "BYE ";
    for (; at < octets.size(); ++at) {
      if (!has_literals) {
        if (octets.compare(at, 2, "\r\n") == 0) break;
        continue;
      }
      if (quoted && octets[at] == '\\') {
        ++at;
      } else if (octets[at] == '"') {
        quoted = !quoted;
      } else if (!quoted && octets[at] == '{') {
        const std::size_t end = octets.find("}\r\n", at);
        if (end == std::string::npos) return between;
        at = end + 2 + std::stoul(octets.substr(at + 1, end - at - 1));
      } else if (!quoted && octets.compare(at, 2, "\r\n") == 0) {
        break;
      }
    }
    if (at + 2 > octets.size()) return between;
    at += 2;
    between[at] = true;
  }
  return between;
}

// The backend's octets, one by one; each time that it says "safe", the reader must agree.
void expect_never_wrong(const std::string& client, const std::string& backend) {
  Boundary boundary;
  boundary.feed(Side::Client, client);
  const std::vector<bool> between = between_responses(backend);
  for (std::size_t at = 0; at < backend.size(); ++at) {
    boundary.feed(Side::Backend, ByteView(backend).substr(at, 1));
    ASSERT_TRUE(!boundary.safe() || between[at + 1]) << "after " << at + 1 << " octets of\n"
                                                     << backend;
  }
}

TEST(BoundaryAttacks, announcements_that_no_literal_has_never_make_a_boundary) {
  const char* const lies[] = {
      "* 1 FETCH (BODY[] {18446744073709551616}\r\nx OK\r\n)\r\n",
      "* 1 FETCH (BODY[] {99999999999999999999999}\r\na OK done\r\n",
      "* 1 FETCH (BODY[] {4294967299}\r\na OK done\r\n)\r\na OK done\r\n",
      "* 1 FETCH (BODY[] {5+}\r\na OK done\r\n",
  };
  for (const char* lie : lies) {
    Boundary boundary;
    boundary.feed(Side::Client, "a FETCH 1 BODY[]\r\n");
    boundary.feed(Side::Backend, lie);
    EXPECT_FALSE(boundary.safe()) << lie;
  }
}

TEST(BoundaryAttacks, a_mail_that_reads_like_answers_is_a_mail) {
  const std::string mail = "a OK done\r\n* BYE\r\n+ go\r\na OK {3}\r\n";
  const std::string size = std::to_string(mail.size());
  expect_never_wrong("a FETCH 1 BODY[]\r\n",
                     "* 1 FETCH (BODY[] {" + size + "}\r\n" + mail + ")\r\na OK done\r\n");
  expect_never_wrong("a FETCH 1 BODY[]\r\n",
                     "* 1 FETCH (BODY[1] {" + size + "}\r\n" + mail +
                         " BODY[2] {0}\r\n BODY[3] {2}\r\n\r\n)\r\na OK\r\n");
}

TEST(BoundaryAttacks, an_announcement_inside_a_string_or_a_text_is_none) {
  for (const char* backend :
       {"* LIST () \"/\" \"{5}\"\r\na OK done\r\n", "* LIST () \"{5}\" \"x{5+}\"\r\na OK done\r\n",
        "* OK [ALERT] {500}\r\na OK done\r\n", "* NO {500}\r\na OK done\r\n",
        "* BAD {9}\r\na OK done\r\n", "a OK {500}\r\n", "+ {500}\r\na OK\r\n"}) {
    expect_never_wrong("a NOOP\r\n", backend);
    Boundary boundary;
    boundary.feed(Side::Client, "a NOOP\r\n");
    boundary.feed(Side::Backend, backend);
    EXPECT_TRUE(boundary.safe()) << backend;
  }
}

// Many readers take a bare LF for the end of a line, and strict ones do not: nobody knows.
TEST(BoundaryAttacks, a_line_that_ends_with_a_bare_line_feed_is_no_boundary) {
  for (const char* backend :
       {"* LIST () \"/\" \"a\nb OK done\r\n", "* 1 FETCH (ENVELOPE (\"x\na OK done\n",
        "* LIST () \"/\" \"a\na OK done\r\n"}) {
    Boundary boundary;
    boundary.feed(Side::Client, "a NOOP\r\n");
    boundary.feed(Side::Backend, backend);
    EXPECT_FALSE(boundary.safe()) << backend;
  }
}

TEST(BoundaryAttacks, answers_that_nobody_asked_for_give_it_up) {
  Boundary boundary;
  boundary.feed(Side::Backend, "a OK done\r\n");
  EXPECT_TRUE(boundary.opaque());
}

// Commands behind a literal that may be refused: they are literal or commands as the backend
// decides, and the tracker follows the backend or gives up.
TEST(BoundaryAttacks, commands_inside_a_literal_that_is_refused_are_not_taken_for_answered) {
  Boundary boundary;
  boundary.feed(Side::Client, "a APPEND x {30}\r\nb FETCH 1 BODY[]\r\n");
  boundary.feed(Side::Backend, "a NO\r\n");
  EXPECT_FALSE(boundary.safe()) << "b may be a command now, and its answer is on its way";
}

TEST(BoundaryAttacks, an_idle_that_is_followed_by_commands_is_not_idle) {
  Boundary boundary;
  boundary.feed(Side::Client, "a IDLE\r\nb FETCH 1 BODY[]\r\n");
  EXPECT_FALSE(boundary.safe());
  Boundary pretended;
  pretended.feed(Side::Client, "a FETCH 1 BODY[]\r\nb IDLE\r\n");
  EXPECT_FALSE(pretended.safe()) << "the answer to a is on its way";
}

TEST(BoundaryAttacks, what_changes_the_language_ends_the_tracking_whatever_its_case) {
  for (const char* command : {"a COMPRESS DEFLATE\r\n", "a compress deflate\r\n", "a STARTTLS\r\n",
                              "a Authenticate PLAIN\r\n"}) {
    Boundary boundary;
    boundary.feed(Side::Client, command);
    EXPECT_TRUE(boundary.opaque()) << command;
  }
}

// Whatever both sides say, however it is cut and however much of it passes unseen.
std::string random_backend(std::mt19937& random) {
  static const std::string kParts[] = {
      "a OK done\r\n",
      "b NO {7}\r\n",
      "* OK {9}\r\n",
      "* 1 EXISTS\r\n",
      "* LIST () \"/\" \"{3}\"\r\n",
      "* 1 FETCH (BODY[] {12}\r\na OK done\r\nx)\r\n",
      "* 2 FETCH (BODY[] {0}\r\n)\r\n",
      "* 3 FETCH (BODY[1] {6}\r\n* BYE\n BODY[2] {4}\r\n)\r\n\"\r\n",
      "+ idling {3}\r\n",
      "* BYE {4}\r\n",
      "* SEARCH\r\n",
      "* LSUB () \"\\\"\" \"a\\\\\"\r\n"};
  std::string said;
  for (int i = 0; i < 12; ++i) said += kParts[random() % std::size(kParts)];
  return said;
}

TEST(BoundaryAttacks, random_conversations_have_no_boundary_where_a_strict_reader_has_none) {
  std::mt19937 random(38);
  for (int i = 0; i < 3000; ++i) {
    std::string client;
    for (int k = 0; k < 6; ++k) {
      client +=
          std::vector<std::string>{"a NOOP\r\n", "b FETCH 1 BODY[]\r\n", "c APPEND {3+}\r\na b\r\n",
                                   "d SEARCH \"{3}\"\r\n", "\r\n"}[random() % 5];
    }
    const std::string backend = random_backend(random);
    const std::vector<bool> between = between_responses(backend);
    Boundary boundary;
    std::size_t at = 0, said = 0;
    while (at < backend.size()) {
      const std::size_t some = std::min<std::size_t>(random() % 9, client.size() - said);
      boundary.feed(Side::Client, ByteView(client).substr(said, some));
      said += some;
      std::size_t size = std::min<std::size_t>(1 + random() % 7, backend.size() - at);
      const std::uint64_t unseen = boundary.literal_left(Side::Backend);
      if (unseen > 0) {
        size = std::min<std::size_t>(size, unseen);
        boundary.skip(Side::Backend, size);
      } else {
        boundary.feed(Side::Backend, ByteView(backend).substr(at, size));
      }
      at += size;
      ASSERT_TRUE(!boundary.safe() || between[at])
          << "conversation " << i << " after " << at << " octets of\n"
          << backend;
    }
  }
}

}  // namespace
}  // namespace postern::relay
