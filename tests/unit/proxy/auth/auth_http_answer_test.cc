#include "proxy/auth/auth_http_answer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/proxy/auth/mk.h"

namespace postern::auth {
namespace {

using config::Strictness;
using test::mk_provider;
using test::mk_question;
using test::words;

const std::string kThere = "Auth-Server: 10.1.2.3\nAuth-Port: 143\n";

struct Asked {
  Strictness strictness = Strictness::Strict;
  Protocol protocol = Protocol::Imap;
  Mechanism mechanism = Mechanism::Plain;
  const char* status_line = "HTTP/1.1 200 OK\n";
};

// `fields` are lines that end in LF; CRLF is put in their place.
std::string judged(const std::string& fields, const Asked& asked = {}) {
  const config::Provider provider = mk_provider(asked.strictness);
  policy::Question question = mk_question(provider);
  question.protocol = asked.protocol;
  question.mechanism = asked.mechanism;
  std::string octets;
  for (const char c : asked.status_line + fields + "Content-Length: 0\n\n") {
    octets += c == '\n' ? "\r\n" : std::string{c};
  }
  return words(test::answer_to(question, octets));
}

struct Row {
  const char* claim;
  std::string fields;
  std::string result;
};

void walk(const std::vector<Row>& rows, const Asked& asked = {}) {
  for (const Row& row : rows) EXPECT_EQ(judged(row.fields, asked), row.result) << row.claim;
}

TEST(AuthHttpAnswer, R6_one_pattern_is_a_yes) {
  walk({{"the pattern", "Auth-Status: OK\n", "accept"},
        {"names have no letter case", "AUTH-status: OK\n", "accept"},
        {"with everything", "Auth-Status: OK\n" + kThere + "Auth-User: bob\nAuth-Pass: p q\n",
         "accept user=bob password=p q backend=10.1.2.3:143"},
        {"an unknown field", "Auth-Status: OK\nX-Other: 1\n", "accept"}});
}

TEST(AuthHttpAnswer, AU1_another_status_is_no_answer_whatever_the_fields_say) {
  for (const char* line : {"HTTP/1.1 500 x\n", "HTTP/1.1 404 x\n", "HTTP/1.1 302 x\nLocation: /x\n",
                           "HTTP/1.1 199 x\n", "HTTP/1.1 401 x\n"}) {
    EXPECT_EQ(judged("Auth-Status: OK\n", {.status_line = line}), "unavailable") << line;
    EXPECT_EQ(judged("Auth-Status: wrong\n", {.status_line = line}), "unavailable") << line;
  }
}

TEST(AuthHttpAnswer, any_status_of_2xx_will_do) {
  EXPECT_EQ(judged("Auth-Status: OK\n", {.status_line = "HTTP/1.1 204 x\n"}), "accept");
  EXPECT_EQ(judged("Auth-Status: no\n", {.status_line = "HTTP/1.1 201 x\n"}), "refuse [no]");
}

TEST(AuthHttpAnswer, AU4_a_backend_is_an_address_and_a_port_or_nothing) {
  const auto backend = [](const std::string& server, const std::string& port) {
    return judged("Auth-Status: OK\nAuth-Server: " + server + "\nAuth-Port: " + port + "\n");
  };
  for (const char* port : {"0", "65536", "-1", "1e3", "", "+143", "143 ", "0x8f", "99999999999"}) {
    if (std::string(port) == "143 ") continue;  // blanks are no part of a value
    EXPECT_EQ(backend("10.1.2.3", port), "unavailable") << port;
  }
  for (const char* server : {"127.1", "0x7f000001", "localhost", "[::1]", "unix:/x", "", "::1%lo",
                             "127.0.0.1:143", "2130706433", "010.1.2.3"}) {
    EXPECT_EQ(backend(server, "143"), "unavailable") << server;
  }
  EXPECT_EQ(backend("::1", "65535"), "accept backend=[::1]:65535");
  EXPECT_EQ(backend("10.1.2.3", "1"), "accept backend=10.1.2.3:1");
  walk({{"no port", "Auth-Status: OK\nAuth-Server: 10.1.2.3\n", "unavailable"},
        {"no server", "Auth-Status: OK\nAuth-Port: 143\n", "unavailable"}});
}

TEST(AuthHttpAnswer, AU5_a_yes_that_is_unclear_is_no_answer) {
  walk({{"none", "", "unavailable"},
        {"twice", "Auth-Status: OK\nAuth-Status: OK\n", "unavailable"},
        {"yes and no", "Auth-Status: OK\nAuth-Status: no\n", "unavailable"},
        {"no and no", "Auth-Status: no\nAuth-Status: no\n", "unavailable"},
        {"small letters", "Auth-Status: ok\n", "unavailable"},
        {"OKAY", "Auth-Status: OKAY\n", "unavailable"},
        {"OK but", "Auth-Status: OK but the password expires\n", "unavailable"},
        {"OK and a comma", "Auth-Status: OK, fine\n", "unavailable"},
        {"wait", "Auth-Status: Wait\n", "unavailable"},
        {"empty", "Auth-Status: \n", "unavailable"},
        {"two servers", "Auth-Status: OK\n" + kThere + "Auth-Server: 10.1.2.4\n", "unavailable"},
        {"two users", "Auth-Status: OK\nAuth-User: a\nAuth-User: a\n", "unavailable"}});
}

TEST(AuthHttpAnswer, R4_a_name_and_a_password_from_the_service_are_fit_to_be_sent) {
  walk({{"an empty name", "Auth-Status: OK\nAuth-User: \n", "unavailable"},
        {"an empty password", "Auth-Status: OK\nAuth-Pass: \n", "unavailable"},
        {"a tab in a name", "Auth-Status: OK\nAuth-User: a\tb\n", "unavailable"},
        {"a tab in a password", "Auth-Status: OK\nAuth-Pass: a\tb\n", "unavailable"},
        {"a long name", "Auth-Status: OK\nAuth-User: " + std::string(1025, 'x') + "\n",
         "unavailable"},
        {"a long password", "Auth-Status: OK\nAuth-Pass: " + std::string(4097, 'x') + "\n",
         "unavailable"},
        {"nothing is decoded", "Auth-Status: OK\nAuth-User: a%20b\n", "accept user=a%20b"}});
}

TEST(AuthHttpAnswer, ARES_6_and_15_another_text_is_a_refusal) {
  walk(
      {{"a text", "Auth-Status: Invalid login or password\n", "refuse [Invalid login or password]"},
       {"a code of ours", "Auth-Status: [AUTHENTICATIONFAILED] no\n",
        "refuse [[AUTHENTICATIONFAILED] no]"},
       {"a word that begins like a yes", "Auth-Status: okta says no\n", "refuse [okta says no]"},
       {"a sentence about waiting", "Auth-Status: wait an hour\n", "refuse [wait an hour]"}});
}

TEST(AuthHttpAnswer, AU6_a_refusal_text_that_could_do_harm_is_not_said) {
  walk({{"an alert", "Auth-Status: [ALERT] call 555\n", "refuse []"},
        {"another code", "Auth-Status: [CAPABILITY IMAP4rev1] no\n", "refuse []"},
        {"half a code", "Auth-Status: [AUTH no\n", "refuse []"},
        {"too long", "Auth-Status: " + std::string(6000, 'x') + "\n", "refuse []"},
        {"not UTF-8", "Auth-Status: nein \xff\n", "refuse []"},
        {"a tab", "Auth-Status: no\tway\n", "refuse []"}});
  walk({{"CR", "Auth-Status: no\rA: b\n", "unavailable"},
        {"ESC", "Auth-Status: no\x1b[31m\n", "refuse []"},
        {"DEL", "Auth-Status: no\x7f\n", "refuse []"}},
       {.strictness = Strictness::Nginx});
  EXPECT_EQ(judged("Auth-Status: no\x1b[31m\n"), "unavailable");
}

TEST(AuthHttpAnswer, ARES_11_and_AU7_a_wait_is_at_most_ten_seconds) {
  for (const Strictness strictness : {Strictness::Strict, Strictness::Nginx}) {
    walk({{"none", "Auth-Status: no\n", "refuse [no]"},
          {"zero", "Auth-Status: no\nAuth-Wait: 0\n", "refuse [no]"},
          {"one", "Auth-Status: no\nAuth-Wait: 1\n", "refuse [no] wait=1000"},
          {"ten", "Auth-Status: no\nAuth-Wait: 10\n", "refuse [no] wait=10000"},
          {"eleven", "Auth-Status: no\nAuth-Wait: 11\n", "refuse [no] wait=10000"},
          {"ages", "Auth-Status: no\nAuth-Wait: 999999999999\n", "refuse [no] wait=10000"},
          {"negative", "Auth-Status: no\nAuth-Wait: -1\n", "refuse [no]"},
          {"words", "Auth-Status: no\nAuth-Wait: soon\n", "refuse [no]"}},
         {.strictness = strictness});
  }
}

TEST(AuthHttpAnswer, ARES_12_a_reply_code_is_for_smtp_and_one_of_a_refusal) {
  const Asked smtp{.protocol = Protocol::Submission};
  walk({{"short", "Auth-Status: no\nAuth-Error-Code: 535\n", "refuse [no] code=535"},
        {"long", "Auth-Status: no\nAuth-Error-Code: 454 4.7.0\n", "refuse [no] code=454 4.7.0"},
        {"a yes", "Auth-Status: no\nAuth-Error-Code: 235\n", "refuse [no]"},
        {"other class", "Auth-Status: no\nAuth-Error-Code: 535 4.7.0\n", "refuse [no]"},
        {"text behind", "Auth-Status: no\nAuth-Error-Code: 535 no\n", "refuse [no]"},
        {"half", "Auth-Status: no\nAuth-Error-Code: 535 5.7\n", "refuse [no]"},
        {"too long", "Auth-Status: no\nAuth-Error-Code: 535 5.7.1234\n", "refuse [no]"},
        {"no code", "Auth-Status: no\nAuth-Error-Code: 5\n", "refuse [no]"},
        {"above 559", "Auth-Status: no\nAuth-Error-Code: 599\n", "refuse [no]"}},
       smtp);
  walk({{"ignored", "Auth-Status: no\nAuth-Error-Code: 535\n", "refuse [no]"}});
}

TEST(AuthHttpAnswer, ARES_13_and_BUG_5_who_must_wait_waits_a_second_at_least) {
  for (const Strictness strictness : {Strictness::Strict, Strictness::Nginx}) {
    walk({{"with seconds", "Auth-Status: WAIT\nAuth-Wait: 3\n", "again 3000"},
          {"without", "Auth-Status: WAIT\n", "again 1000"},
          {"zero", "Auth-Status: WAIT\nAuth-Wait: 0\n", "again 1000"},
          {"ages", "Auth-Status: WAIT\nAuth-Wait: 86400\n", "again 10000"}},
         {.strictness = strictness});
  }
}

TEST(AuthHttpAnswer, ARES_14_a_challenge_is_base64_and_for_bearer_tokens) {
  const std::string with = "Auth-Status: no\nAuth-Error-SASL: ";
  walk({{"good", with + "eyJ9\n", "refuse [no] challenge=eyJ9"},
        {"not base64", with + "e J9\n", "refuse [no]"},
        {"unpadded", with + "eyJ\n", "refuse [no]"}},
       {.mechanism = Mechanism::OAuthBearer});
  walk({{"other mechanism", with + "eyJ9\n", "refuse [no]"}});
}

const Asked kNginx{.strictness = Strictness::Nginx};

TEST(AuthHttpAnswer, ARES_1_as_nginx_the_status_code_is_ignored) {
  walk({{"a yes", "Auth-Status: OK\n" + kThere, "accept backend=10.1.2.3:143"},
        {"no fields are no refusal", "", "unavailable"}},
       {.strictness = Strictness::Nginx, .status_line = "HTTP/1.1 500 x\n"});
  walk({{"no status line", "Auth-Status: OK\n" + kThere, "accept backend=10.1.2.3:143"}},
       {.strictness = Strictness::Nginx, .status_line = ""});
}

TEST(AuthHttpAnswer, ARES_4_as_nginx_a_tab_is_part_of_a_value) {
  walk({{"a tab", "Auth-Status:\tOK\n" + kThere, "refuse []"}}, kNginx);
}

TEST(AuthHttpAnswer, ARES_6_as_nginx_a_failure_wins_and_none_at_all_is_a_yes) {
  walk({{"absent", kThere, "accept backend=10.1.2.3:143"},
        {"small letters", "Auth-Status: ok\n" + kThere, "refuse [ok]"},
        {"yes and no", "Auth-Status: OK\nAuth-Status: no\n" + kThere, "refuse [no]"},
        {"no and yes", "Auth-Status: no\nAuth-Status: OK\n" + kThere, "refuse [no]"},
        {"wait and no", "Auth-Status: WAIT\nAuth-Status: no\n" + kThere, "refuse [no]"},
        {"yes and wait", "Auth-Status: OK\nAuth-Status: WAIT\n" + kThere, "again 1000"}},
       kNginx);
}

TEST(AuthHttpAnswer, BUG_7_an_empty_status_is_a_failure_for_smtp_too) {
  walk({{"empty", "Auth-Status: \n" + kThere, "refuse []"}}, kNginx);
  walk({{"empty", "Auth-Status: \n" + kThere, "refuse []"}},
       {.strictness = Strictness::Nginx, .protocol = Protocol::Submission});
}

TEST(AuthHttpAnswer, ARES_7_and_8_as_nginx_a_yes_says_where) {
  walk({{"neither", "Auth-Status: OK\n", "unavailable"},
        {"no port", "Auth-Status: OK\nAuth-Server: ::1\n", "unavailable"},
        {"an empty port", "Auth-Status: OK\nAuth-Server: ::1\nAuth-Port: \n", "unavailable"},
        {"a name", "Auth-Status: OK\nAuth-Server: localhost\nAuth-Port: 1\n", "unavailable"},
        {"brackets", "Auth-Status: OK\nAuth-Server: [::1]\nAuth-Port: 1\n", "unavailable"},
        {"the last one counts", "Auth-Status: OK\n" + kThere + "Auth-Port: 993\n",
         "accept backend=10.1.2.3:993"}},
       kNginx);
}

TEST(AuthHttpAnswer, ARES_9_and_10_as_nginx_who_proved_himself_otherwise_needs_a_password) {
  for (const Mechanism mechanism : {Mechanism::CramMd5, Mechanism::External}) {
    walk({{"none", "Auth-Status: OK\n" + kThere, "unavailable"},
          {"one", "Auth-Status: OK\nAuth-User: bob\nAuth-Pass: x\n" + kThere,
           "accept user=bob password=x backend=10.1.2.3:143"}},
         {.strictness = Strictness::Nginx, .mechanism = mechanism});
    walk({{"smtp", "Auth-Status: OK\n" + kThere, "accept backend=10.1.2.3:143"}},
         {.strictness = Strictness::Nginx,
          .protocol = Protocol::Submission,
          .mechanism = mechanism});
  }
}

TEST(AuthHttpAnswer, ARES_16_what_is_broken_is_neither_yes_nor_no) {
  const config::Provider provider = mk_provider();
  const policy::Question question = mk_question(provider);
  const std::string yes = "HTTP/1.1 200 OK\r\nAuth-Status: OK\r\nContent-Length: 0\r\n\r\n";
  for (std::size_t octets = 0; octets < yes.size(); ++octets) {
    EXPECT_EQ(words(test::answer_to(question, yes.substr(0, octets))), "unavailable") << octets;
  }
  EXPECT_EQ(words(test::answer_to(question, yes)), "accept");
}

}  // namespace
}  // namespace postern::auth
