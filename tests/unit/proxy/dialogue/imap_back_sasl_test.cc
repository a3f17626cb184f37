// ImapBack by tokens and by certificate: SASL in either form, and what a backend has against a
// token.
#include <gtest/gtest.h>

#include "proxy/grammar/base64.h"
#include "tests/unit/proxy/dialogue/back_play.h"

namespace postern::dialogue {
namespace {

constexpr const char* kTokenGreeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR ID AUTH=XOAUTH2] hi\r\n";
constexpr const char* kOld = "* OK [CAPABILITY IMAP4rev1] hi\r\n";
constexpr const char* kError = R"({"status":"invalid_token","scope":"mail"})";

BackLogin by(BackLogin::Method method) {
  BackLogin login = login_of("alice", "t0ken");
  login.method = method;
  return login;
}
BackLogin by_certificate() {
  BackLogin login;
  login.method = BackLogin::Method::External;
  login.authzid = "alice";
  login.tag = "qwertyui";
  return login;
}
std::string encoded(ByteView text) { return grammar::base64::encode(text); }
const std::string kXOAuth2 = encoded(
    "user=alice\x01"
    "auth=Bearer t0ken\x01\x01");
const std::string kOAuthBearer = encoded(
    "n,a=alice,\x01"
    "auth=Bearer t0ken\x01\x01");

TEST(ImapBackSasl, says_a_token_by_the_mechanism_it_is_given_with_one_write) {
  EXPECT_EQ(BackPlay(by(BackLogin::Method::XOAuth2)).hear(kTokenGreeting),
            "qwertyui1 AUTHENTICATE XOAUTH2 " + kXOAuth2 + "\r\n");
  EXPECT_EQ(BackPlay(by(BackLogin::Method::OAuthBearer)).hear(kTokenGreeting),
            "qwertyui1 AUTHENTICATE OAUTHBEARER " + kOAuthBearer + "\r\n");
}

TEST(ImapBackSasl, waits_to_be_invited_where_there_is_no_initial_response) {
  BackPlay play(by(BackLogin::Method::OAuthBearer));
  EXPECT_EQ(play.hear(kOld), "qwertyui1 AUTHENTICATE OAUTHBEARER\r\n");
  EXPECT_EQ(play.hear("+ \r\n"), kOAuthBearer + "\r\n");
  play.hear("qwertyui1 OK in\r\n");
  EXPECT_NE(play.logged_in(), nullptr);
}

TEST(ImapBackSasl, names_the_mailbox_by_external_and_shows_no_secret) {
  EXPECT_EQ(BackPlay(by_certificate()).hear(kTokenGreeting),
            "qwertyui1 AUTHENTICATE EXTERNAL " + encoded("alice") + "\r\n");
  BackPlay old(by_certificate());
  EXPECT_EQ(old.hear(kOld), "qwertyui1 AUTHENTICATE EXTERNAL\r\n");
  EXPECT_EQ(old.hear("+ \r\n"), encoded("alice") + "\r\n");
}

TEST(ImapBackSasl, asks_for_capabilities_where_none_are_shown) {
  BackPlay play(by_certificate());
  EXPECT_EQ(play.hear("* OK hi\r\n"), "qwertyui1 CAPABILITY\r\n");
}

TEST(ImapBackSasl, does_not_mind_that_login_is_disabled) {
  BackPlay play(by(BackLogin::Method::XOAuth2));
  EXPECT_NE(play.hear("* OK [CAPABILITY IMAP4rev1 SASL-IR LOGINDISABLED] hi\r\n").find(kXOAuth2),
            std::string::npos);
}

struct Answer {
  BackLogin::Method method;
  const char* said;
};

TEST(ImapBackSasl, answers_the_error_of_a_token_and_keeps_it_for_the_client) {  // RFC 7628 §3.2.3
  for (const Answer& row : {Answer{BackLogin::Method::OAuthBearer, "AQ==\r\n"},
                            Answer{BackLogin::Method::XOAuth2, "\r\n"}}) {
    BackPlay play(by(row.method));
    (void)play.hear(kTokenGreeting);
    EXPECT_EQ(play.hear("+ " + encoded(kError) + "\r\n"), row.said);
    play.hear("qwertyui1 NO [AUTHENTICATIONFAILED] no\r\n");
    EXPECT_EQ(play.failure(), "backend_refused_login");
    ASSERT_NE(play.refused(), nullptr);
    EXPECT_EQ(play.refused()->sasl_error, kError);
  }
}

TEST(ImapBackSasl, repeats_no_error_that_is_not_fit_to_be_repeated) {
  for (const std::string& told : {std::string("!!!"), encoded("a\r\nb"), encoded("\xff\xfe"),
                                  encoded(std::string(2000, 'x')), std::string()}) {
    BackPlay play(by(BackLogin::Method::OAuthBearer));
    (void)play.hear(kTokenGreeting);
    EXPECT_EQ(play.hear("+ " + told + "\r\n"), "AQ==\r\n") << told;
    play.hear("qwertyui1 NO no\r\n");
    ASSERT_NE(play.refused(), nullptr) << told;
    EXPECT_EQ(play.refused()->sasl_error, R"({"status":"invalid_token"})") << told;
  }
}

TEST(ImapBackSasl, tells_of_no_error_of_a_token_when_the_backend_is_only_busy) {
  BackPlay play(by(BackLogin::Method::OAuthBearer));
  (void)play.hear(kTokenGreeting);
  (void)play.hear("+ " + encoded(kError) + "\r\n");
  play.hear("qwertyui1 NO [UNAVAILABLE] later\r\n");
  EXPECT_EQ(play.failure(), "backend_busy");
  EXPECT_EQ(play.refused()->sasl_error, "");
}

TEST(ImapBackSasl, believes_no_second_challenge_and_no_yes_after_an_error) {
  BackPlay twice(by(BackLogin::Method::XOAuth2));
  (void)twice.hear(kTokenGreeting);
  (void)twice.hear("+ " + encoded(kError) + "\r\n");
  (void)twice.hear("+ " + encoded(kError) + "\r\n");
  EXPECT_EQ(twice.failure(), "backend_protocol");
  BackPlay yes(by(BackLogin::Method::XOAuth2));
  (void)yes.hear(kTokenGreeting);
  (void)yes.hear("+ " + encoded(kError) + "\r\n");
  (void)yes.hear("qwertyui1 OK in\r\n");
  EXPECT_EQ(yes.failure(), "backend_protocol");
}

TEST(ImapBackSasl, has_no_challenge_for_a_password_or_a_certificate) {
  BackPlay play(by_certificate());
  (void)play.hear(kTokenGreeting);
  (void)play.hear("+ \r\n");
  EXPECT_EQ(play.failure(), "backend_protocol");
}

}  // namespace
}  // namespace postern::dialogue
