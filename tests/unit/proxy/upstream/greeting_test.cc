#include "proxy/upstream/greeting.h"

#include <string>

#include <gtest/gtest.h>

namespace postern::upstream {
namespace {

struct Row {
  const char* what;
  Protocol protocol;
  std::string octets;
  Greeting greeting;
};

class Greetings : public testing::TestWithParam<Row> {};

TEST_P(Greetings, are_told_from_what_is_none) {
  const Row& row = GetParam();
  EXPECT_EQ(greeting_of(row.protocol, row.octets), row.greeting) << row.what;
  if (row.greeting != Greeting::Ready) return;
  for (std::size_t size = 0; size + 2 <= row.octets.size(); ++size) {
    const Greeting begun = greeting_of(row.protocol, row.octets.substr(0, size));
    EXPECT_EQ(begun, Greeting::NotYet) << row.what << " cut at " << size;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Upstream, Greetings,
    testing::Values(
        Row{"IMAP", Protocol::Imap, "* OK [CAPABILITY IMAP4rev1] ready\r\n", Greeting::Ready},
        Row{"IMAP goes", Protocol::Imap, "* BYE too busy\r\n", Greeting::Refusing},
        Row{"somebody else's", Protocol::Imap, "* PREAUTH in\r\n", Greeting::None},
        Row{"POP3 at IMAP's port", Protocol::Imap, "+OK ready\r\n", Greeting::None},
        Row{"HTTP", Protocol::Imap, "HTTP/1.1 400 Bad Request\r\n", Greeting::None},
        Row{"POP3", Protocol::Pop3, "+OK <1@x> ready\r\n", Greeting::Ready},
        Row{"POP3 goes", Protocol::Pop3, "-ERR [SYS/TEMP] busy\r\n", Greeting::Refusing},
        Row{"SMTP", Protocol::Submission, "220 mail.example ESMTP\r\n", Greeting::Ready},
        Row{"SMTP in lines", Protocol::Mx, "220-one\r\n220 two\r\n", Greeting::Ready},
        Row{"SMTP goes", Protocol::Lmtp, "421 4.3.2 busy\r\n", Greeting::Refusing},
        Row{"SMTP refuses", Protocol::Mx, "554 no\r\n", Greeting::Refusing},
        Row{"an answer to nothing", Protocol::Mx, "250 OK\r\n", Greeting::None},
        Row{"Sieve", Protocol::ManageSieve, "\"SIEVE\" \"x\"\r\n\"STARTTLS\"\r\nOK ready\r\n",
            Greeting::Ready},
        Row{"Sieve goes", Protocol::ManageSieve, "BYE \"busy\"\r\n", Greeting::Refusing},
        Row{"a bare LF", Protocol::Pop3, "+OK\n", Greeting::None}));

TEST(Greetings, BE1_that_do_not_end_are_none) {
  for (const Protocol protocol : {Protocol::Imap, Protocol::Pop3, Protocol::Mx}) {
    const std::string begin = protocol == Protocol::Imap ? "* OK "
                              : protocol == Protocol::Mx ? "220 "
                                                         : "+OK ";
    EXPECT_EQ(greeting_of(protocol, begin + std::string(kGreetingOctets, 'x')), Greeting::None);
  }
  std::string lines;
  while (lines.size() < kGreetingOctets) lines += "220-more\r\n";
  EXPECT_EQ(greeting_of(Protocol::Mx, lines), Greeting::None);
}

}  // namespace
}  // namespace postern::upstream
