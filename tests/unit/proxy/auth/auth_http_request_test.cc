#include "proxy/auth/auth_http_request.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/proxy/auth/mk.h"

namespace postern::auth {
namespace {

using config::Strictness;
using test::http_of;
using test::mk_provider;
using test::mk_question;
using test::request_for;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// What nginx sends for the same login, octet by octet (spec: nginx-angie.md 2.1).
TEST(AuthHttpRequest, AREQ_all_as_nginx_is_octet_for_octet_what_nginx_sends) {
  config::Provider provider = mk_provider(Strictness::Nginx);
  http_of(provider).service.host = "127.0.0.1";
  http_of(provider).service.port = 9000;
  const std::vector<net::ProviderHeader> headers{{"X-Auth-Key", SharedSecret("secret")}};
  policy::Question question = mk_question(provider, std::string("a b%c\n\x01"));
  question.headers = &headers;
  question.secret = Secret("p%s w\r\nX: y");
  question.client = ClientAddress{*SocketAddress::parse("127.0.0.1:4000")};
  EXPECT_EQ(request_for(question),
            "GET /auth?x=1 HTTP/1.0\r\n"
            "Host: 127.0.0.1\r\n"
            "Auth-Method: plain\r\n"
            "Auth-User: a%20b%25c%0A%01\r\n"
            "Auth-Pass: p%25s%20w%0D%0AX:%20y\r\n"
            "Auth-Protocol: imap\r\n"
            "Auth-Login-Attempt: 1\r\n"
            "Client-IP: 127.0.0.1\r\n"
            "X-Auth-Key: secret\r\n"
            "\r\n");
}

TEST(AuthHttpRequest, strictly_it_is_http_1_1_and_the_connection_is_kept) {
  const config::Provider provider = mk_provider();
  const std::string request = request_for(mk_question(provider));
  EXPECT_TRUE(request.starts_with("GET /auth?x=1 HTTP/1.1\r\nHost: auth.example\r\n"));
  EXPECT_FALSE(has(request, "close"));
}

TEST(AuthHttpRequest, AREQ_1_host_has_the_port_only_strictly_and_only_if_unusual) {
  struct Row {
    Strictness strictness;
    bool secure;
    const char* host;
    std::uint16_t port;
    const char* line;
  };
  const Row rows[] = {
      {Strictness::Strict, false, "a.example", 80, "Host: a.example\r\n"},
      {Strictness::Strict, false, "a.example", 8080, "Host: a.example:8080\r\n"},
      {Strictness::Strict, true, "a.example", 443, "Host: a.example\r\n"},
      {Strictness::Strict, true, "a.example", 80, "Host: a.example:80\r\n"},
      {Strictness::Strict, false, "::1", 8080, "Host: [::1]:8080\r\n"},
      {Strictness::Strict, false, "[::1]", 80, "Host: [::1]\r\n"},
      {Strictness::Nginx, false, "a.example", 8080, "Host: a.example\r\n"},
  };
  for (const Row& row : rows) {
    config::Provider provider = mk_provider(row.strictness);
    http_of(provider).service.secure = row.secure;
    http_of(provider).service.host = row.host;
    http_of(provider).service.port = row.port;
    EXPECT_TRUE(has(request_for(mk_question(provider)), row.line)) << row.line;
  }
}

TEST(AuthHttpRequest, AREQ_2_each_mechanism_has_its_word) {
  const config::Provider provider = mk_provider();
  const std::pair<Mechanism, const char*> rows[] = {
      {Mechanism::Plain, "plain"},      {Mechanism::Login, "plain"},
      {Mechanism::CramMd5, "cram-md5"}, {Mechanism::External, "external"},
      {Mechanism::XOAuth2, "xoauth2"},  {Mechanism::OAuthBearer, "oauthbearer"}};
  for (const auto& [mechanism, word] : rows) {
    policy::Question question = mk_question(provider);
    question.mechanism = mechanism;
    EXPECT_TRUE(has(request_for(question), std::string("Auth-Method: ") + word + "\r\n")) << word;
  }
}

TEST(AuthHttpRequest, AREQ_3_and_4_names_and_passwords_are_escaped_as_nginx_does) {
  const config::Provider provider = mk_provider();
  for (int octet = 0; octet < 256; ++octet) {
    const auto c = static_cast<char>(octet);
    policy::Question question = mk_question(provider, std::string("x") + c + "y");
    question.secret = Secret(std::string("x") + c + "y");
    const bool escaped = octet < 0x20 || c == ' ' || c == '%' || octet == 0x7F;
    const char* const digits = "0123456789ABCDEF";
    const std::string shown =
        escaped ? std::string{'%', digits[octet / 16], digits[octet % 16]} : std::string{c};
    const std::string request = request_for(question);
    EXPECT_TRUE(has(request, "Auth-User: x" + shown + "y\r\n")) << octet;
    EXPECT_TRUE(has(request, "Auth-Pass: x" + shown + "y\r\n")) << octet;
  }
}

TEST(AuthHttpRequest, AREQ_4_an_external_login_has_an_empty_password_whatever_is_left_over) {
  const config::Provider provider = mk_provider();
  policy::Question question = mk_question(provider);
  question.mechanism = Mechanism::External;
  EXPECT_TRUE(has(request_for(question), "Auth-User: alice\r\nAuth-Pass: \r\nAuth-Protocol"));
}

TEST(AuthHttpRequest, AREQ_5_the_challenge_goes_with_cram_md5_alone) {
  const config::Provider provider = mk_provider();
  policy::Question question = mk_question(provider);
  question.challenge = "<1.2@mail.example>";
  EXPECT_FALSE(has(request_for(question), "Auth-Salt"));
  question.mechanism = Mechanism::CramMd5;
  EXPECT_TRUE(has(request_for(question),
                  "Auth-Pass: secret\r\nAuth-Salt: <1.2@mail.example>\r\nAuth-Protocol: imap\r\n"));
}

TEST(AuthHttpRequest, AREQ_6_each_protocol_has_its_word) {
  const config::Provider provider = mk_provider();
  const std::pair<Protocol, const char*> rows[] = {
      {Protocol::Imap, "imap"},         {Protocol::Pop3, "pop3"}, {Protocol::Submission, "smtp"},
      {Protocol::ManageSieve, "sieve"}, {Protocol::Mx, "smtp"},   {Protocol::Lmtp, "lmtp"}};
  for (const auto& [protocol, word] : rows) {
    policy::Question question = mk_question(provider);
    question.protocol = protocol;
    EXPECT_TRUE(has(request_for(question), std::string("Auth-Protocol: ") + word + "\r\n"));
  }
}

TEST(AuthHttpRequest, AREQ_7_and_8_the_attempt_and_the_client_without_its_port) {
  const config::Provider provider = mk_provider();
  policy::Question question = mk_question(provider);
  question.attempt = 7;
  question.client = ClientAddress{*SocketAddress::parse("[2001:db8::1]:4000")};
  EXPECT_TRUE(has(request_for(question), "Auth-Login-Attempt: 7\r\nClient-IP: 2001:db8::1\r\n"));
}

TEST(AuthHttpRequest, AREQ_9_the_clients_name_is_told_for_smtp_alone) {
  const config::Provider provider = mk_provider();
  policy::Question question = mk_question(provider);
  question.client_host = "[UNAVAILABLE]";
  EXPECT_FALSE(has(request_for(question), "Client-Host"));
  question.protocol = Protocol::Submission;
  EXPECT_TRUE(has(request_for(question), "Client-Host: [UNAVAILABLE]\r\n"));
}

TEST(AuthHttpRequest, AREQ_10_what_the_proxy_header_said) {
  const config::Provider provider = mk_provider();
  policy::Question question = mk_question(provider);
  question.proxy_header = policy::ProxyHeaderFacts{*SocketAddress::parse("198.51.100.7:5000"),
                                                   *SocketAddress::parse("203.0.113.1:993")};
  EXPECT_TRUE(has(request_for(question),
                  "Client-IP: 192.0.2.9\r\n"
                  "Proxy-Protocol-Addr: 198.51.100.7\r\nProxy-Protocol-Port: 5000\r\n"
                  "Proxy-Protocol-Server-Addr: 203.0.113.1\r\n"
                  "Proxy-Protocol-Server-Port: 993\r\n"));
}

TEST(AuthHttpRequest, AREQ_11_a_recipient_is_asked_about_with_the_lines_as_typed) {
  const config::Provider provider = mk_provider();
  policy::Question question = mk_question(provider);
  question.mechanism.reset();
  question.protocol = Protocol::Mx;
  question.recipient = policy::RecipientFacts{"", "MAIL FROM:<a@b> SIZE=1", "rcpt TO:<c@d>"};
  EXPECT_TRUE(has(request_for(question),
                  "Auth-Method: none\r\nAuth-User: \r\nAuth-Pass: \r\nAuth-Protocol: smtp\r\n"));
  EXPECT_TRUE(has(request_for(question),
                  "Auth-SMTP-Helo: \r\nAuth-SMTP-From: MAIL FROM:<a@b> SIZE=1\r\n"
                  "Auth-SMTP-To: rcpt TO:<c@d>\r\n"));
}

TEST(AuthHttpRequest, AREQ_12_to_16_the_clients_tls_in_nginx_order) {
  config::Provider provider = mk_provider();
  policy::Question question = mk_question(provider);
  question.client_tls.emplace();
  question.client_tls->version = "TLSv1.3";
  question.client_tls->suite = "TLS_AES_256_GCM_SHA384";
  const std::string without =
      "Auth-SSL: on\r\nAuth-SSL-Protocol: TLSv1.3\r\nAuth-SSL-Cipher: TLS_AES_256_GCM_SHA384\r\n";
  EXPECT_TRUE(request_for(question).ends_with(without + "\r\n"));
  question.client_tls->verification = "SUCCESS";
  question.client_tls->subject = "CN=alice";
  question.client_tls->issuer = "CN=ca";
  question.client_tls->serial = "0A";
  question.client_tls->fingerprint = "ab12";
  question.client_tls->certificate_pem = "-----BEGIN X-----\nAA==\n";
  const std::string with = without +
                           "Auth-SSL-Verify: SUCCESS\r\nAuth-SSL-Subject: CN=alice\r\n"
                           "Auth-SSL-Issuer: CN=ca\r\nAuth-SSL-Serial: 0A\r\n"
                           "Auth-SSL-Fingerprint: ab12\r\n";
  EXPECT_TRUE(request_for(question).ends_with(with + "\r\n"));
  http_of(provider).sends_client_certificate = true;
  EXPECT_TRUE(request_for(question).ends_with(
      with + "Auth-SSL-Cert: -----BEGIN%20X-----%0AAA==%0A\r\n\r\n"));
}

TEST(AuthHttpRequest, AREQ_17_own_headers_come_last) {
  const config::Provider provider = mk_provider();
  const std::vector<net::ProviderHeader> headers{{"X-Site", SharedSecret("one two")},
                                                 {"X-Key", SharedSecret("open sesame")}};
  policy::Question question = mk_question(provider);
  question.headers = &headers;
  EXPECT_TRUE(request_for(question).ends_with(
      "Client-IP: 192.0.2.9\r\nX-Site: one two\r\nX-Key: open sesame\r\n\r\n"));
}

TEST(AuthHttpRequest, no_value_reaches_a_header_with_a_control_octet) {
  config::Provider provider = mk_provider();
  const auto refused = [&](auto change) {
    policy::Question question = mk_question(provider);
    change(question);
    return request_for(question).starts_with("! ");
  };
  for (const char* bad : {"a\r\nAuth-Status: OK", "a\nb", "a\tb", "a\x7f"}) {
    const std::string text(bad);
    EXPECT_TRUE(refused([&](auto& q) {
      q.mechanism = Mechanism::CramMd5;
      q.challenge = text;
    }));
    EXPECT_TRUE(refused([&](auto& q) {
      q.protocol = Protocol::Submission;
      q.client_host = text;
    }));
    EXPECT_TRUE(refused([&](auto& q) { q.recipient = policy::RecipientFacts{text, "", ""}; }));
    EXPECT_TRUE(refused([&](auto& q) { q.recipient = policy::RecipientFacts{"", text, ""}; }));
    EXPECT_TRUE(refused([&](auto& q) { q.recipient = policy::RecipientFacts{"", "", text}; }));
    EXPECT_TRUE(refused([&](auto& q) { q.client_tls.emplace().subject = text; }));
    EXPECT_TRUE(refused([&](auto& q) { q.client_tls.emplace().issuer = text; }));
    EXPECT_TRUE(refused([&](auto& q) { q.client_tls.emplace().verification = text; }));
    const std::vector<net::ProviderHeader> value{{"X-Key", SharedSecret(text)}};
    EXPECT_TRUE(refused([&](auto& q) { q.headers = &value; }));
    const std::vector<net::ProviderHeader> name{{text, SharedSecret("x")}};
    EXPECT_TRUE(refused([&](auto& q) { q.headers = &name; }));
    config::Provider other = mk_provider();
    http_of(other).service.target = "/" + text;
    EXPECT_TRUE(request_for(mk_question(other)).starts_with("! "));
    http_of(other).service.target = "/";
    http_of(other).service.host = text;
    EXPECT_TRUE(request_for(mk_question(other)).starts_with("! "));
  }
}

TEST(AuthHttpRequest, an_overlong_question_is_not_asked) {
  const config::Provider provider = mk_provider();
  policy::Question question = mk_question(provider, std::string(kRequestOctets, 'x'));
  EXPECT_EQ(request_for(question), "! the question is too long");
}

TEST(AuthHttpRequest, the_longest_name_and_password_fit_even_all_escaped) {
  const config::Provider provider = mk_provider();
  policy::Question question = mk_question(provider, std::string(1024, '%'));
  question.secret = Secret(std::string(4096, '%'));
  EXPECT_TRUE(has(request_for(question), "%25%25"));
}

}  // namespace
}  // namespace postern::auth
