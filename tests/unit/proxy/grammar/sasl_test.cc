#include "proxy/grammar/sasl.h"

#include <gtest/gtest.h>

#include <string>

#include "common/base/limits.h"
#include "proxy/grammar/base64.h"

namespace postern::grammar {
namespace {

using namespace std::string_literals;

// One line a test can compare: what the step is and what is in it.
std::string said(const SaslStep& step) {
  if (const auto* const need = std::get_if<SaslNeedLine>(&step)) {
    return "need " + std::string(base64::decode(need->challenge, 1000)->view());
  }
  if (const auto* const bad = std::get_if<SaslBad>(&step)) {
    switch (bad->kind) {
      case SaslBad::Kind::Cancelled: return "cancelled";
      case SaslBad::Kind::Malformed: return "malformed";
      case SaslBad::Kind::Unacceptable: return "unacceptable";
    }
  }
  const auto& evidence = std::get<Evidence>(step);
  if (const auto* const password = std::get_if<PasswordEvidence>(&evidence)) {
    return std::string(name_of(password->mechanism)) + " " + password->authzid + "|" +
           password->name + "|" + std::string(password->password.reveal());
  }
  if (const auto* const cram = std::get_if<CramMd5Evidence>(&evidence)) {
    return "CRAM " + cram->name + "|" + cram->challenge + "|" + cram->digest;
  }
  if (const auto* const external = std::get_if<ExternalEvidence>(&evidence)) {
    return "EXTERNAL " + external->authzid;
  }
  const auto& bearer = std::get<BearerEvidence>(evidence);
  return std::string(name_of(bearer.mechanism)) + " " + bearer.name + "|" +
         std::string(bearer.token.reveal());
}

std::string challenge_of(Mechanism m) { return m == Mechanism::CramMd5 ? "<1.2@mx>" : ""; }

// The message as initial response and, after the challenge, as a line: both must say the same.
std::string judge(Mechanism mechanism, std::string_view message) {
  const std::string text = base64::encode(message);
  SaslExchange by_line(mechanism, challenge_of(mechanism));
  const std::string first = said(by_line.start(std::nullopt));
  EXPECT_EQ(first, "need " + challenge_of(mechanism));
  const std::string result = said(by_line.next(text));
  if (mechanism != Mechanism::CramMd5) {
    SaslExchange at_once(mechanism, challenge_of(mechanism));
    EXPECT_EQ(said(at_once.start(text.empty() ? "=" : text)), result) << message;
  }
  return result;
}

struct SaslRow {
  const char* sentence;
  std::string message;
  std::string result;
};

TEST(Sasl, plain_takes_authzid_name_and_password) {
  const std::string long_name(limits::kNameOctets, 'n');
  const std::string long_password(limits::kPasswordOctets, 'p');
  const SaslRow rows[] = {
      {"a name and a password", "\0alice\0secret"s, "PLAIN |alice|secret"},
      {"the authzid is kept", "admin\0alice\0right"s, "PLAIN admin|alice|right"},
      {"octets of a password stay", "\0a\0\" \\ % {5} * \xC3\xA9"s,
       "PLAIN |a|\" \\ % {5} * \xC3\xA9"},
      {"as long as may be", "\0"s + long_name + "\0"s + long_password,
       "PLAIN |" + long_name + "|" + long_password},
      {"a longer name", "\0"s + long_name + "n\0p"s, "unacceptable"},
      {"a longer password", "\0n\0"s + long_password + "p", "unacceptable"},
      {"a longer authzid", long_name + "n\0n\0p"s, "unacceptable"},
      {"nothing", "", "malformed"},
      {"no NUL", "alice", "malformed"},
      {"one NUL", "\0user"s, "malformed"},
      {"three NULs", "\0admin\0right\0extra"s, "malformed"},
      {"empty name and password", "\0\0"s, "unacceptable"},
      {"empty name", "\0\0pw"s, "unacceptable"},
      {"empty password", "\0alice\0"s, "unacceptable"},
      {"a line end in the name", "\0victim\r\nX-Injected: 1\0pw"s, "unacceptable"},
      {"a tab in the password", "\0alice\0p\tw"s, "unacceptable"},
      {"DEL in the authzid", "a\x7F\0alice\0pw"s, "unacceptable"},
      {"Latin-1", "\0caf\xE9\0pw"s, "unacceptable"},
  };
  for (const SaslRow& row : rows) {
    EXPECT_EQ(judge(Mechanism::Plain, row.message), row.result) << row.sentence;
  }
}

TEST(Sasl, login_asks_for_name_and_password) {
  SaslExchange exchange(Mechanism::Login);
  EXPECT_EQ(std::get<SaslNeedLine>(exchange.start(std::nullopt)).challenge, "VXNlcm5hbWU6");
  EXPECT_EQ(std::get<SaslNeedLine>(exchange.next(base64::encode("alice"))).challenge,
            "UGFzc3dvcmQ6");
  EXPECT_EQ(said(exchange.next(base64::encode("secret"))), "LOGIN |alice|secret");
}

TEST(Sasl, login_takes_the_name_as_initial_response) {
  SaslExchange exchange(Mechanism::Login);
  EXPECT_EQ(said(exchange.start(base64::encode("alice"))), "need Password:");
  EXPECT_EQ(said(exchange.next(base64::encode("secret"))), "LOGIN |alice|secret");
}

TEST(Sasl, login_refuses_empty_names_and_controls) {
  for (const std::string& name : {""s, "a\0b"s, "a\r\nb"s}) {
    SaslExchange exchange(Mechanism::Login);
    static_cast<void>(exchange.start(std::nullopt));
    EXPECT_EQ(said(exchange.next(base64::encode(name))), "unacceptable");
  }
  SaslExchange exchange(Mechanism::Login);
  static_cast<void>(exchange.start(base64::encode("alice")));
  EXPECT_EQ(said(exchange.next("")), "unacceptable");
}

TEST(Sasl, cram_md5_takes_name_and_digest) {
  const std::string digest = "b913a602c7eda7a495b4e6e7334d3890";
  const SaslRow rows[] = {
      {"name and digest", "tim " + digest, "CRAM tim|<1.2@mx>|" + digest},
      {"split at the last space", "tim b " + digest, "CRAM tim b|<1.2@mx>|" + digest},
      {"upper case becomes lower", "t ABCDEF0123456789ABCDEF0123456789",
       "CRAM t|<1.2@mx>|abcdef0123456789abcdef0123456789"},
      {"no name", " " + digest, "unacceptable"},
      {"no space", digest, "malformed"},
      {"a digit too few", "tim " + digest.substr(1), "malformed"},
      {"a digit too many", "tim 0" + digest, "malformed"},
      {"no hexadecimal digit", "tim g" + digest.substr(1), "malformed"},
      {"a control in the name", "t\x01m " + digest, "unacceptable"},
  };
  for (const SaslRow& row : rows) {
    EXPECT_EQ(judge(Mechanism::CramMd5, row.message), row.result) << row.sentence;
  }
}

TEST(Sasl, cram_md5_has_no_initial_response) {
  SaslExchange exchange(Mechanism::CramMd5, "<1.2@mx>");
  EXPECT_EQ(said(exchange.start(base64::encode("tim 0"))), "malformed");
}

TEST(Sasl, external_takes_an_authzid_or_none) {
  EXPECT_EQ(judge(Mechanism::External, ""), "EXTERNAL ");
  EXPECT_EQ(judge(Mechanism::External, "alice@example.org"), "EXTERNAL alice@example.org");
  EXPECT_EQ(judge(Mechanism::External, "a\nb"), "unacceptable");
  SaslExchange exchange(Mechanism::External);
  EXPECT_EQ(said(exchange.start("")), "EXTERNAL ");
}

TEST(Sasl, xoauth2_takes_user_and_token) {
  const SaslRow rows[] = {
      {"as Google writes it", "user=a@x.org\1auth=Bearer ya29.tok\1\1", "XOAUTH2 a@x.org|ya29.tok"},
      {"letter case", "User=a\1AUTH=bearer t\1\1", "XOAUTH2 a|t"},
      {"one separator at the end", "user=a\1auth=Bearer t\1", "malformed"},
      {"no separators", "user=a", "malformed"},
      {"only separators", "user=\1\1", "malformed"},
      {"no user", "auth=Bearer t\1\1", "malformed"},
      {"an empty user", "user=\1auth=Bearer t\1\1", "unacceptable"},
      {"an empty token", "user=a\1auth=Bearer \1\1", "unacceptable"},
      {"another scheme", "user=a\1auth=Basic t\1\1", "malformed"},
      {"a second token", "user=a\1auth=Bearer t\1auth=Bearer u\1\1", "malformed"},
      {"a line end in the token", "user=a\1auth=Bearer t\r\nX: y\1\1", "malformed"},
      {"a control in the user", "user=a\rb\1auth=Bearer t\1\1", "unacceptable"},
  };
  for (const SaslRow& row : rows) {
    EXPECT_EQ(judge(Mechanism::XOAuth2, row.message), row.result) << row.sentence;
  }
}

TEST(Sasl, oauthbearer_takes_the_frame_of_rfc_7628) {
  const SaslRow rows[] = {
      {"host and port are ignored",
       "n,a=user@example.com,\1host=server.example.com\1port=143\1auth=Bearer vF9=\1\1",
       "OAUTHBEARER user@example.com|vF9="},
      {"y is a flag too", "y,a=u,\1auth=bearer t\1\1", "OAUTHBEARER u|t"},
      {"escapes", "n,a=a=2Cb=3Dc,\1auth=Bearer t\1\1", "OAUTHBEARER a,b=c|t"},
      {"another escape", "n,a=a=2cb,\1auth=Bearer t\1\1", "malformed"},
      {"half an escape", "n,a=a=2,\1auth=Bearer t\1\1", "malformed"},
      {"channel binding", "p=tls-exporter,a=u,\1auth=Bearer t\1\1", "malformed"},
      {"no name", "n,,\1auth=Bearer t\1\1", "malformed"},
      {"an empty name", "n,a=,\1auth=Bearer t\1\1", "unacceptable"},
      {"a third part", "n,a=u,x,\1auth=Bearer t\1\1", "malformed"},
      {"no comma at the end", "n,a=u\1auth=Bearer t\1\1", "malformed"},
      {"no auth", "n,a=u,\1host=h\1\1", "malformed"},
      {"no fields", "n,a=u,\1\1", "malformed"},
      {"auth twice", "n,a=u,\1auth=Bearer t\1auth=Bearer t\1\1", "malformed"},
      {"an end too few", "n,a=u,\1auth=Bearer t\1", "malformed"},
      {"octets after the end", "n,a=u,\1auth=Bearer t\1\1x", "malformed"},
      {"a field without key", "n,a=u,\1=x\1auth=Bearer t\1\1", "malformed"},
      {"a field without value", "n,a=u,\1host\1auth=Bearer t\1\1", "malformed"},
      {"an empty token", "n,a=u,\1auth=Bearer \1\1", "unacceptable"},
      {"nothing", "", "malformed"},
  };
  for (const SaslRow& row : rows) {
    EXPECT_EQ(judge(Mechanism::OAuthBearer, row.message), row.result) << row.sentence;
  }
}

TEST(Sasl, a_star_cancels_wherever_a_line_is_asked_for) {
  for (const Mechanism mechanism : kMechanisms) {
    SaslExchange exchange(mechanism, challenge_of(mechanism));
    static_cast<void>(exchange.start(std::nullopt));
    EXPECT_EQ(said(exchange.next("*")), "cancelled") << name_of(mechanism);
  }
  SaslExchange exchange(Mechanism::Login);
  static_cast<void>(exchange.start(base64::encode("alice")));
  EXPECT_EQ(said(exchange.next("*")), "cancelled");
}

TEST(Sasl, what_is_not_base64_is_malformed) {
  for (const std::string_view line :
       {"====", "AA=A", "AGEAYg", "-_-_", "A A=", "=", "**", "\xFF"}) {
    SaslExchange exchange(Mechanism::Plain);
    static_cast<void>(exchange.start(std::nullopt));
    EXPECT_EQ(said(exchange.next(line)), "malformed") << line;
  }
}

TEST(Sasl, takes_tokens_of_3_kib_and_no_response_above_the_limit) {
  const std::string token(3072, 't');
  EXPECT_EQ(judge(Mechanism::XOAuth2, "user=a\1auth=Bearer " + token + "\1\1"),
            "XOAUTH2 a|" + token);
  SaslExchange exchange(Mechanism::Plain);
  static_cast<void>(exchange.start(std::nullopt));
  EXPECT_EQ(said(exchange.next(std::string(limits::kSaslLineOctets + 4, 'A'))), "malformed");
}

TEST(Sasl, leaves_no_secret_behind) {
  const std::size_t before = Secret::live();
  static_cast<void>(judge(Mechanism::Plain, "\0alice\0secret"s));
  static_cast<void>(judge(Mechanism::Plain, "\0alice\0sec\rret"s));
  static_cast<void>(judge(Mechanism::XOAuth2, "user=a\1auth=Bearer t\1\1"));
  EXPECT_EQ(Secret::live(), before);
}

TEST(SaslDeath, nothing_is_asked_of_an_exchange_that_is_over) {
  SaslExchange exchange(Mechanism::Plain);
  static_cast<void>(exchange.start("===="));
  EXPECT_DEATH(static_cast<void>(exchange.next("")), "a line was asked for");
}

TEST(SaslEncode, what_is_said_to_backends_is_what_we_would_take) {
  const auto take = [](Mechanism mechanism, const Secret& text) {
    SaslExchange exchange(mechanism);
    return said(exchange.start(text.reveal()));
  };
  EXPECT_EQ(take(Mechanism::Plain, encode_plain("master", "al ice", "p\"w")),
            "PLAIN master|al ice|p\"w");
  EXPECT_EQ(encode_plain("", "tim", "tanstaaftanstaaf").reveal(), "AHRpbQB0YW5zdGFhZnRhbnN0YWFm");
  EXPECT_EQ(take(Mechanism::XOAuth2, encode_xoauth2("a@x", "tok")), "XOAUTH2 a@x|tok");
  EXPECT_EQ(take(Mechanism::OAuthBearer, encode_oauthbearer("a,b=c", "tok")),
            "OAUTHBEARER a,b=c|tok");
  EXPECT_EQ(take(Mechanism::External, encode_external("bob")), "EXTERNAL bob");
  EXPECT_EQ(encode_external("").reveal(), "");
  EXPECT_EQ(encode_login_answer("alice").reveal(), "YWxpY2U=");
}

}  // namespace
}  // namespace postern::grammar
