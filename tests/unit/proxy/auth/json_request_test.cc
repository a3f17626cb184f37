// What a service of style JSON is asked (docs/auth-json.md).
#include "proxy/auth/json_request.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/proxy/auth/mk.h"

namespace postern::auth {
namespace {

using test::http_of;
using test::mk_json_provider;
using test::mk_question;
using test::request_for;

std::string document_of(const policy::Question& question) {
  const std::string request = request_for(question);
  const std::size_t end = request.find("\r\n\r\n");
  return end == std::string::npos ? request : request.substr(end + 4);
}

TEST(JsonRequest, is_a_post_of_one_document_with_its_length) {
  const config::Provider provider = mk_json_provider();
  const std::string document =
      R"({"version":1,"protocol":"imap","mechanism":"PLAIN","attempt":1,"server":"mail/example",)"
      R"("user":"alice","password":"secret","client":{"address":"192.0.2.9","port":40000}})";
  EXPECT_EQ(request_for(mk_question(provider)),
            "POST /auth?x=1 HTTP/1.1\r\nHost: auth.example\r\nContent-Type: application/json\r\n"
            "Accept: application/json\r\nContent-Length: " +
                std::to_string(document.size()) + "\r\n\r\n" + document);
}

TEST(JsonRequest, tells_all_that_is_known_of_the_client) {
  config::Provider provider = mk_json_provider();
  http_of(provider).sends_client_certificate = true;
  policy::Question question = mk_question(provider);
  question.mechanism = Mechanism::OAuthBearer;
  question.acting_as = "bob";
  question.attempt = 3;
  question.asked_name = "imap.example";
  question.client_tls = policy::ClientTlsFacts{
      "TLSv1.3", "TLS_AES_128_GCM_SHA256", "SUCCESS", "CN=a", "CN=ca", "01", "ab", "-----\n"};
  question.proxy_header = policy::ProxyHeaderFacts{*SocketAddress::parse("[2001:db8::1]:1"),
                                                   *SocketAddress::parse("[2001:db8::2]:993")};
  EXPECT_EQ(
      document_of(question),
      R"({"version":1,"protocol":"imap","mechanism":"OAUTHBEARER","attempt":3,)"
      R"("server":"mail/example","user":"alice","acting_as":"bob","token":"secret",)"
      R"("client":{"address":"192.0.2.9","port":40000},)"
      R"("proxy_protocol":{"source":{"address":"2001:db8::1","port":1},)"
      R"("destination":{"address":"2001:db8::2","port":993}},)"
      R"("tls":{"version":"TLSv1.3","cipher":"TLS_AES_128_GCM_SHA256",)"
      R"("server_name":"imap.example","certificate":{"verification":"SUCCESS","subject":"CN=a",)"
      R"("issuer":"CN=ca","serial":"01","fingerprint":"ab","pem":"-----\u000a"}}})");
}

TEST(JsonRequest, keeps_the_certificate_itself_unless_told_to_send_it) {
  const config::Provider provider = mk_json_provider();
  policy::Question question = mk_question(provider);
  question.client_tls = policy::ClientTlsFacts{"TLSv1.3", "x", "SUCCESS", "", "", "", "", "PEM"};
  EXPECT_EQ(document_of(question).find("PEM"), std::string::npos);
}

TEST(JsonRequest, no_octet_of_a_name_or_password_ends_its_string) {
  const config::Provider provider = mk_json_provider();
  for (int octet = 0; octet < 0x80; ++octet) {
    policy::Question question = mk_question(provider, std::string("a") + static_cast<char>(octet));
    question.secret = Secret(question.user);
    std::string user = document_of(question);
    user = user.substr(user.find("\"user\":\"") + 8);
    user = user.substr(0, user.find("\",\"password\""));
    const auto c = static_cast<char>(octet);
    const bool escaped = octet < 0x20 || octet == 0x7f || c == '"' || c == '\\';
    char code[8];
    (void)snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(octet));
    EXPECT_EQ(user, "a" + (escaped ? std::string(code) : std::string(1, c))) << octet;
  }
}

TEST(JsonRequest, keeps_utf8_as_it_is) {
  const config::Provider provider = mk_json_provider();
  policy::Question question = mk_question(provider);
  question.secret = Secret("pässwörd€𝄞");
  EXPECT_NE(document_of(question).find("\"pässwörd€𝄞\""), std::string::npos);
}

TEST(JsonRequest, asks_nobody_about_what_is_not_utf8_and_refuses_it) {
  const config::Provider provider = mk_json_provider();
  for (const char* octets :
       {"p\xe4ss", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
    policy::Question question = mk_question(provider);
    EXPECT_FALSE(answer_unasked(question));
    question.secret = Secret(octets);
    EXPECT_EQ(test::words(*answer_unasked(question)), "refuse []") << octets;
    EXPECT_EQ(request_for(question), "! it is not UTF-8");
    question.secret = Secret("x");
    question.user = octets;
    EXPECT_TRUE(answer_unasked(question)) << octets;
    question.user = "x";
    question.acting_as = octets;
    EXPECT_TRUE(answer_unasked(question)) << octets;
  }
}

TEST(JsonRequest, does_not_say_that_somebody_acts_as_himself) {
  const config::Provider provider = mk_json_provider();
  policy::Question question = mk_question(provider);
  question.acting_as = "ALICE";
  EXPECT_EQ(document_of(question).find("acting_as"), std::string::npos);
}

TEST(JsonRequest, asks_about_passwords_and_tokens_only) {
  const config::Provider provider = mk_json_provider();
  for (const Mechanism mechanism : kMechanisms) {
    policy::Question question = mk_question(provider);
    question.mechanism = mechanism;
    const bool asked = mechanism != Mechanism::CramMd5 && mechanism != Mechanism::External;
    EXPECT_EQ(request_for(question).starts_with("POST "), asked) << name_of(mechanism);
  }
}

TEST(JsonRequest, adds_the_headers_of_the_manifest_and_refuses_control_octets_in_them) {
  const config::Provider provider = mk_json_provider();
  policy::Question question = mk_question(provider);
  std::vector<net::ProviderHeader> headers{{"X-Key", SharedSecret("k")}};
  question.headers = &headers;
  EXPECT_NE(request_for(question).find("\r\nX-Key: k\r\n\r\n{"), std::string::npos);
  headers[0].value = SharedSecret("k\r\nX: y");
  EXPECT_EQ(request_for(question), "! X-Key has a control octet in it");
}

TEST(JsonRequest, is_bounded) {
  const config::Provider provider = mk_json_provider();
  const policy::Question question = mk_question(provider, std::string(kRequestOctets, 'x'));
  EXPECT_EQ(request_for(question), "! the question is too long");
}

}  // namespace
}  // namespace postern::auth
