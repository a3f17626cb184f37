#include "proxy/dialogue/imap_back.h"

#include <gtest/gtest.h>

#include "tests/unit/proxy/dialogue/back_play.h"

namespace postern::dialogue {
namespace {

constexpr const char* kModern = "* OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ ID AUTH=PLAIN] hi\r\n";
using words = std::vector<std::string>;
constexpr const char* kPlain = "AGFsaWNlAHNlY3JldA==";  // \0alice\0secret

TEST(ImapBack, logs_in_with_one_write_by_plain_where_the_greeting_shows_it) {
  BackPlay play(login_of("alice", "secret"));
  EXPECT_EQ(play.hear(kModern), std::string("qwertyui1 AUTHENTICATE PLAIN ") + kPlain + "\r\n");
  EXPECT_EQ(play.hear("qwertyui1 OK [CAPABILITY IMAP4rev1 IDLE] Logged in\r\n* 1 EXISTS\r\n"), "");
  ASSERT_NE(play.logged_in(), nullptr);
  EXPECT_EQ(play.logged_in()->welcome.text, "Logged in");
  EXPECT_EQ(play.logged_in()->welcome.capabilities, words({"IMAP4rev1", "IDLE"}));
  EXPECT_EQ(play.left(), "* 1 EXISTS\r\n") << "they are the client's first octets";
}

TEST(ImapBack, logs_in_by_quoted_strings_where_nothing_is_shown) {
  BackPlay play(login_of("alice", "se\"cret"));
  EXPECT_EQ(play.hear("* OK hi\r\n"), "qwertyui1 LOGIN \"alice\" \"se\\\"cret\"\r\n");
  play.hear("qwertyui1 OK in\r\n");
  EXPECT_NE(play.logged_in(), nullptr);
}

TEST(ImapBack, asks_for_capabilities_when_quoting_is_not_enough) {
  BackPlay play(login_of("alice", "s\xc3\xa9"));
  EXPECT_EQ(play.hear("* OK hi\r\n"), "qwertyui1 CAPABILITY\r\n");
  EXPECT_EQ(play.hear("* CAPABILITY IMAP4rev1 LITERAL+\r\nqwertyui1 OK done\r\n"),
            "qwertyui2 LOGIN {5+}\r\nalice {3+}\r\ns\xc3\xa9\r\n");
}

TEST(ImapBack, waits_for_each_invitation_where_literals_are_synchronising) {
  BackPlay play(login_of("alice", "s\xc3\xa9"));
  EXPECT_EQ(play.hear("* OK [CAPABILITY IMAP4rev1] hi\r\n"), "qwertyui1 LOGIN {5}\r\n");
  EXPECT_EQ(play.hear("+ go\r\n"), "alice {3}\r\n");
  EXPECT_EQ(play.hear("+ go\r\n"), "s\xc3\xa9\r\n");
  play.hear("qwertyui1 OK in\r\n");
  EXPECT_NE(play.logged_in(), nullptr);
}

TEST(ImapBack, waits_before_plain_without_initial_response) {
  BackLogin login = login_of("alice", "secret");
  login.mechanism = BackLogin::PasswordMechanism::Plain;
  BackPlay play(std::move(login));
  EXPECT_EQ(play.hear("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n"),
            "qwertyui1 AUTHENTICATE PLAIN\r\n");
  EXPECT_EQ(play.hear("+ \r\n"), std::string(kPlain) + "\r\n");
}

TEST(ImapBack, uses_login_where_it_is_told_to) {
  BackLogin login = login_of("alice", "secret");
  login.mechanism = BackLogin::PasswordMechanism::Login;
  BackPlay play(std::move(login));
  EXPECT_EQ(play.hear(kModern), "qwertyui1 LOGIN \"alice\" \"secret\"\r\n");
}

TEST(ImapBack, says_an_authzid_by_plain_whatever_the_mechanism) {
  BackLogin login = login_of("master", "secret");
  login.authzid = "alice";
  login.mechanism = BackLogin::PasswordMechanism::Login;
  BackPlay play(std::move(login));
  EXPECT_EQ(play.hear(kModern), "qwertyui1 AUTHENTICATE PLAIN YWxpY2UAbWFzdGVyAHNlY3JldA==\r\n");
}

TEST(ImapBack, introduces_the_client_and_logs_in_with_one_write) {
  BackLogin login = login_of("alice", "secret");
  login.introduction = introduction();
  BackPlay play(std::move(login));
  EXPECT_EQ(play.hear(kModern),
            "qwertyui1 ID (\"x-originating-ip\" \"192.0.2.7\" \"x-originating-port\" \"50000\" "
            "\"x-connected-ip\" \"198.51.100.1\" \"x-connected-port\" \"993\" "
            "\"x-session-id\" \"s-1\" \"x-proxy-ttl\" \"4\")\r\n" +
                std::string("qwertyui2 AUTHENTICATE PLAIN ") + kPlain + "\r\n");
  play.hear("* ID NIL\r\nqwertyui1 OK done\r\n* CAPABILITY IMAP4rev1 MOVE\r\nqwertyui2 OK in\r\n");
  ASSERT_NE(play.logged_in(), nullptr);
  EXPECT_EQ(play.logged_in()->welcome.capabilities, words({"IMAP4rev1", "MOVE"}));
}

TEST(ImapBack, waits_for_the_answer_to_id_where_it_may_not_pipeline) {
  BackLogin login = login_of("alice", "secret");
  login.introduction = introduction();
  login.pipelining = false;
  BackPlay play(std::move(login));
  EXPECT_EQ(play.hear(kModern).find("AUTHENTICATE"), std::string::npos);
  EXPECT_EQ(play.hear("qwertyui1 BAD no\r\n"),
            std::string("qwertyui2 AUTHENTICATE PLAIN ") + kPlain + "\r\n");
}

TEST(ImapBack, does_not_introduce_where_id_is_not_announced) {
  BackLogin login = login_of("alice", "secret");
  login.introduction = introduction();
  BackPlay play(std::move(login));
  EXPECT_EQ(play.hear("* OK [CAPABILITY IMAP4rev1] hi\r\n"),
            "qwertyui1 LOGIN \"alice\" \"secret\"\r\n");
}

TEST(ImapBack, shows_no_capabilities_of_before_login_as_those_of_after) {
  BackPlay play(login_of("alice", "secret"));
  play.hear(kModern);
  play.hear("qwertyui1 OK in\r\n");
  ASSERT_NE(play.logged_in(), nullptr);
  EXPECT_TRUE(play.logged_in()->welcome.capabilities.empty());
}

TEST(ImapBack, says_nothing_secret_before_starttls_and_believes_nothing_from_before) {
  BackLogin login = login_of("alice", "secret");
  login.tls = BackLogin::Tls::StartTls;
  BackPlay play(std::move(login));
  EXPECT_EQ(play.hear(kModern), "qwertyui1 STARTTLS\r\n");
  EXPECT_EQ(play.hear("qwertyui1 OK go\r\n"), "");
  EXPECT_TRUE(play.wants_tls());
  EXPECT_EQ(play.hear(BackTlsUp{}), "qwertyui2 LOGIN \"alice\" \"secret\"\r\n")
      << "SASL-IR was shown in clear and does not count";
}

TEST(ImapBack, asks_for_capabilities_inside_tls_when_it_must_know_them) {
  BackLogin login = login_of("alice", "secret");
  login.tls = BackLogin::Tls::StartTls;
  login.introduction = introduction();
  BackPlay play(std::move(login));
  play.hear(kModern);
  play.hear("qwertyui1 OK go\r\n");
  EXPECT_EQ(play.hear(BackTlsUp{}), "qwertyui2 CAPABILITY\r\n");
  EXPECT_EQ(play.hear("qwertyui2 BAD what\r\n"), "qwertyui3 LOGIN \"alice\" \"secret\"\r\n");
}

TEST(ImapBack, holds_no_password_once_it_was_said_or_has_failed) {
  const std::size_t before = Secret::live();
  BackPlay said(login_of("alice", "secret"));
  said.hear(kModern);
  EXPECT_EQ(Secret::live(), before);
  BackPlay failed(login_of("alice", "secret"));
  failed.hear(BackInput(PeerEnded{}));
  EXPECT_EQ(Secret::live(), before);
}

TEST(ImapBack, tells_of_a_closed_connection) {
  BackPlay gone(login_of("alice", "secret"));
  gone.hear(kModern);
  gone.hear(BackInput(PeerEnded{}));
  EXPECT_EQ(gone.failure(), "backend_unreachable");
}

struct Refusal {
  const char* what;
  const char* answer;
  const char* failure;
};

class Refusals : public testing::TestWithParam<Refusal> {};

TEST_P(Refusals, are_told_apart) {
  BackPlay play(login_of("alice", "secret"));
  play.hear(kModern);
  play.hear(GetParam().answer);
  EXPECT_EQ(play.failure(), GetParam().failure) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(
    ImapBack, Refusals,
    testing::Values(
        Refusal{"wrong password", "qwertyui1 NO [AUTHENTICATIONFAILED] no\r\n",
                "backend_refused_login"},
        Refusal{"no code", "qwertyui1 NO no\r\n", "backend_refused_login"},
        Refusal{"expired account", "qwertyui1 NO [EXPIRED] no\r\n", "backend_refused_login"},
        Refusal{"ST16: a referral is nobody's wrong password",
                "qwertyui1 NO [REFERRAL imap://;AUTH=*@evil/] x\r\n", "backend_referral"},
        Refusal{"outage", "qwertyui1 NO [unavailable] x\r\n", "backend_busy"},
        Refusal{"in use", "qwertyui1 NO [INUSE] x\r\n", "backend_busy"},
        Refusal{"too many", "qwertyui1 NO [LIMIT] x\r\n", "backend_busy"},
        Refusal{"its own fault", "qwertyui1 NO [SERVERBUG] x\r\n", "backend_busy"},
        Refusal{"wants TLS", "qwertyui1 NO [PRIVACYREQUIRED] x\r\n", "backend_tls"},
        Refusal{"BYE", "* BYE going down\r\n", "backend_busy"},
        Refusal{"BAD", "qwertyui1 BAD what\r\n", "backend_protocol"},
        Refusal{"BE5: another tag", "ZZZ OK in\r\n", "backend_protocol"},
        Refusal{"a tag that was not given yet", "qwertyui2 OK in\r\n", "backend_protocol"},
        Refusal{"an invitation nobody waits for", "+ go\r\n", "backend_protocol"},
        Refusal{"late PREAUTH", "* PREAUTH in\r\n", "backend_protocol"},
        Refusal{"no response at all", "hello\r\n", "backend_protocol"},
        Refusal{"a bare LF", "qwertyui1 OK in\n", "backend_protocol"}));

class Greetings : public testing::TestWithParam<Refusal> {};

TEST_P(Greetings, that_are_not_ok_alone_end_the_attempt) {
  BackPlay play(login_of("alice", "secret"));
  EXPECT_EQ(play.hear(GetParam().answer), "") << "nothing secret is said";
  EXPECT_EQ(play.failure(), GetParam().failure) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(
    ImapBack, Greetings,
    testing::Values(Refusal{"ST14", "* PREAUTH hi\r\n", "backend_protocol"},
                    Refusal{"BYE", "* BYE too many\r\n", "backend_busy"},
                    Refusal{"NO", "* NO\r\n", "backend_protocol"},
                    Refusal{"another protocol", "220 smtp.example ESMTP\r\n", "backend_protocol"},
                    Refusal{"an answer", "qwertyui1 OK in\r\n", "backend_protocol"},
                    Refusal{"BE3: answers at once", "* OK hi\r\n+ go\r\nqwertyui1 OK in\r\n",
                            "backend_protocol"},
                    Refusal{"LOGINDISABLED", "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi\r\n",
                            "backend_tls"}));

TEST(ImapBack, refuses_an_ok_before_the_password_was_sent) {  // BE4
  BackPlay play(login_of("alice", "s\xc3\xa9"));
  play.hear("* OK [CAPABILITY IMAP4rev1] hi\r\n");
  play.hear("qwertyui1 OK in\r\n");
  EXPECT_EQ(play.failure(), "backend_protocol");
}

TEST(ImapBack, refuses_two_invitations_at_once) {  // BE3
  BackPlay play(login_of("alice", "s\xc3\xa9"));
  play.hear("* OK [CAPABILITY IMAP4rev1] hi\r\n");
  EXPECT_EQ(play.hear("+ go\r\n+ go\r\n"), "");
  EXPECT_EQ(play.failure(), "backend_protocol");
}

TEST(ImapBack, refuses_octets_behind_starttls) {  // ST12
  BackLogin login = login_of("alice", "secret");
  login.tls = BackLogin::Tls::StartTls;
  BackPlay play(std::move(login));
  play.hear("* OK hi\r\n");
  play.hear("qwertyui1 OK go\r\n* CAPABILITY IMAP4rev1\r\n");
  EXPECT_EQ(play.failure(), "backend_protocol");
}

TEST(ImapBack, says_no_credentials_where_starttls_is_refused) {  // ST13
  for (const char* answer : {"qwertyui1 NO no\r\n", "qwertyui1 BAD what\r\n"}) {
    BackLogin login = login_of("alice", "secret");
    login.tls = BackLogin::Tls::StartTls;
    BackPlay play(std::move(login));
    play.hear("* OK hi\r\n");
    EXPECT_EQ(play.hear(answer), "");
    EXPECT_EQ(play.failure(), "backend_tls") << answer;
  }
}

TEST(ImapBack, reads_no_more_than_it_was_given_leave_to) {  // BE1, BE2
  BackLogin login = login_of("alice", "secret");
  login.reply_octets = 1000;
  BackPlay endless(std::move(login));
  endless.hear("* OK hi\r\n");
  for (int i = 0; i < 100 && endless.refused() == nullptr; ++i) endless.hear("* 1 EXISTS\r\n");
  EXPECT_EQ(endless.failure(), "backend_protocol");

  BackPlay huge(login_of("alice", "secret"));
  huge.hear(std::string("* OK ") + std::string(limits::kBackendReplyOctets, 'x'));
  EXPECT_EQ(huge.failure(), "backend_protocol");
}

TEST(ImapBack, BE7_what_is_said_twice_is_an_error_at_most) {
  for (const char* greeting :
       {"* OK [CAPABILITY IMAP4rev1 SASL-IR SASL-IR AUTH=PLAIN AUTH=PLAIN] hi\r\n",
        "* OK [CAPABILITY IMAP4rev1][CAPABILITY IMAP4rev1] hi\r\n", "* OK hi\r\n* OK hi\r\n"}) {
    for (const char* answer :
         {"* CAPABILITY IMAP4rev1\r\n* CAPABILITY IMAP4rev1\r\nqwertyui1 OK in\r\n",
          "qwertyui1 OK in\r\nqwertyui1 OK in\r\n", "qwertyui1 OK [CAPABILITY A A] in\r\n"}) {
      BackPlay play(login_of("alice", "secret"));
      play.hear(greeting);
      play.hear(answer);
      EXPECT_TRUE(play.logged_in() != nullptr || play.refused() != nullptr) << greeting << answer;
    }
  }
}

TEST(ImapBack, makes_foreign_words_printable) {  // BE13
  BackPlay play(login_of("alice", "secret"));
  play.hear(kModern);
  play.hear("qwertyui1 NO \x1b[2J\x07 no\r\n");
  ASSERT_NE(play.refused(), nullptr);
  EXPECT_EQ(play.refused()->text, "\\x1b[2J\\x07 no");
}

struct Blame {
  const char* answer;
  const char* reason;
  bool of_user;
};

TEST(ImapBack, has_a_reason_without_foreign_words_and_knows_what_is_of_one_user) {  // IN17
  for (const Blame& row : {Blame{"qwertyui1 NO secret", "it said NO", false},
                           Blame{"qwertyui1 NO [SECRET] x", "it said NO", false},
                           Blame{"qwertyui1 NO [limit] secret", "it said NO [LIMIT]", true},
                           Blame{"qwertyui1 NO [INUSE secret] x", "it said NO [INUSE]", true},
                           Blame{"qwertyui1 NO [SERVERBUG] x", "it said NO [SERVERBUG]", false},
                           Blame{"qwertyui1 BAD secret", "it said BAD", true},
                           Blame{"* BYE [secret] secret", "it said BYE", false}}) {
    BackPlay play(login_of("alice", "secret"));
    play.hear(kModern);
    play.hear(std::string(row.answer) + "\r\n");
    ASSERT_NE(play.refused(), nullptr) << row.answer;
    EXPECT_EQ(play.refused()->reason, row.reason);
    EXPECT_EQ(play.refused()->of_user, row.of_user) << row.answer;
  }
}

TEST(ImapBack, drops_untagged_responses_of_login) {  // BE6
  BackPlay play(login_of("alice", "secret"));
  play.hear(kModern);
  play.hear("* OK [ALERT] pay here\r\n* LIST () \"/\" {3}\r\nxyz\r\nqwertyui1 OK in\r\n");
  ASSERT_NE(play.logged_in(), nullptr);
  EXPECT_EQ(play.logged_in()->welcome.text, "in");
}

}  // namespace
}  // namespace postern::dialogue
