// No two questions share a key: whatever a service is told and may judge by is in it.
#include "proxy/verdicts/verdict_keys.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "proxy/net/ready_provider.h"
#include "tests/unit/proxy/verdicts/mk.h"

namespace postern::verdicts {
namespace {

using policy::Question;
using test::mk_provider;
using test::mk_question;

using Change = std::function<void(Question&)>;

const std::vector<net::ProviderHeader>& headers(const char* name, const char* value) {
  static std::vector<std::vector<net::ProviderHeader>> kept;
  kept.reserve(16);
  kept.push_back({{name, SharedSecret(value)}});
  return kept.back();
}

policy::ClientTlsFacts tls() { return {"TLSv1.3", "suite", "SUCCESS", "s", "i", "1", "f", "pem"}; }

// Each makes it another question.
std::map<std::string, Change> changes() {
  return {
      {"as it is", [](Question&) {}},
      {"provider", [](Question& q) { q.resource = "mail/example/other"; }},
      {"version of the provider", [](Question& q) { q.version = "v2"; }},
      {"a header", [](Question& q) { q.headers = &headers("X", "1"); }},
      {"value of a header", [](Question& q) { q.headers = &headers("X", "2"); }},
      {"name of a header", [](Question& q) { q.headers = &headers("Y", "1"); }},
      {"tenant", [](Question& q) { q.server_name = "mail/other"; }},
      {"protocol", [](Question& q) { q.protocol = Protocol::Pop3; }},
      {"mechanism", [](Question& q) { q.mechanism = Mechanism::Login; }},
      {"user", [](Question& q) { q.user = "bob"; }},
      {"case of the user", [](Question& q) { q.user = "Alice"; }},
      {"acting as", [](Question& q) { q.acting_as = "bob"; }},
      {"password", [](Question& q) { q.secret = Secret("secret2"); }},
      {"attempt", [](Question& q) { q.attempt = 2; }},
      {"client", [](Question& q) { q.client.ip = *IpAddress::parse("192.0.2.10"); }},
      {"family", [](Question& q) { q.client.ip = *IpAddress::parse("::c000:209"); }},
      {"host", [](Question& q) { q.client_host = "a.example"; }},
      {"SNI", [](Question& q) { q.asked_name = "imap.example"; }},
      {"TLS", [](Question& q) { q.client_tls = policy::ClientTlsFacts{}; }},
      {"TLS, all of it", [](Question& q) { q.client_tls = tls(); }},
      {"TLS version", [](Question& q) { (q.client_tls = tls())->version = "TLSv1.2"; }},
      {"suite", [](Question& q) { (q.client_tls = tls())->suite = "x"; }},
      {"verification", [](Question& q) { (q.client_tls = tls())->verification = "NONE"; }},
      {"subject", [](Question& q) { (q.client_tls = tls())->subject = "x"; }},
      {"issuer", [](Question& q) { (q.client_tls = tls())->issuer = "x"; }},
      {"serial", [](Question& q) { (q.client_tls = tls())->serial = "x"; }},
      {"fingerprint", [](Question& q) { (q.client_tls = tls())->fingerprint = "x"; }},
      {"certificate", [](Question& q) { (q.client_tls = tls())->certificate_pem = "x"; }},
      {"PROXY header",
       [](Question& q) {
         q.proxy_header = {*SocketAddress::parse("192.0.2.9:1"),
                           *SocketAddress::parse("1.1.1.1:1")};
       }},
      {"PROXY source",
       [](Question& q) {
         q.proxy_header = {*SocketAddress::parse("192.0.2.8:1"),
                           *SocketAddress::parse("1.1.1.1:1")};
       }},
      {"PROXY destination",
       [](Question& q) {
         q.proxy_header = {*SocketAddress::parse("192.0.2.9:1"),
                           *SocketAddress::parse("1.1.1.1:2")};
       }},
  };
}

TEST(VerdictKeys, every_fact_makes_another_key) {
  const VerdictKeys keys;
  const config::Provider provider = mk_provider();
  std::map<VerdictKey, std::string> seen;
  for (const auto& [name, change] : changes()) {
    Question question = mk_question(provider);
    change(question);
    const auto key = keys.of(question);
    ASSERT_TRUE(key) << name;
    const auto [at, is_new] = seen.emplace(*key, name);
    EXPECT_TRUE(is_new) << name << " shares the key of " << at->second;
  }
}

TEST(VerdictKeys, octets_that_move_from_one_part_to_the_next_make_another_key) {
  const VerdictKeys keys;
  const config::Provider provider = mk_provider();
  // All the ways to spread the same octets over four parts that stand beside each other.
  const std::string all = "aabbccdd";
  std::map<VerdictKey, std::string> seen;
  for (std::size_t a = 0; a <= all.size(); ++a) {
    for (std::size_t b = a; b <= all.size(); ++b) {
      for (std::size_t c = b; c <= all.size(); ++c) {
        Question question = mk_question(provider, all.substr(a, b - a), all.substr(c));
        question.server_name = all.substr(0, a);
        question.acting_as = all.substr(b, c - b);
        const auto key = keys.of(question);
        ASSERT_TRUE(key);
        EXPECT_TRUE(seen.emplace(*key, "").second) << a << b << c;
      }
    }
  }
}

TEST(VerdictKeys, the_port_that_a_client_comes_from_means_nothing) {
  const VerdictKeys keys;
  const config::Provider provider = mk_provider();
  Question question = mk_question(provider);
  const auto key = keys.of(question);
  question.client.port = 50'000;
  EXPECT_EQ(keys.of(question), key);
}

TEST(VerdictKeys, another_process_has_other_keys) {
  const config::Provider provider = mk_provider();
  const Question question = mk_question(provider);
  EXPECT_NE(VerdictKeys().of(question), VerdictKeys().of(question));
  EXPECT_NE(VerdictKeys().sealing(question)->reveal(), VerdictKeys().sealing(question)->reveal());
}

TEST(VerdictKeys, challenges_and_recipients_have_none) {
  const VerdictKeys keys;
  const config::Provider provider = mk_provider();
  Question question = mk_question(provider);
  question.mechanism = Mechanism::CramMd5;
  EXPECT_FALSE(keys.of(question));
  question.mechanism = Mechanism::Plain;
  question.challenge = "<1@x>";
  EXPECT_FALSE(keys.of(question));
  question = mk_question(provider);
  question.recipient.emplace();
  EXPECT_FALSE(keys.of(question));
  question = mk_question(provider);
  question.mechanism.reset();
  EXPECT_FALSE(keys.of(question));
}

}  // namespace
}  // namespace postern::verdicts
