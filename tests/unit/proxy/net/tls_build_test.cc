// What a listener's TLS refuses before anybody uses it.
#include <gtest/gtest.h>

#include "proxy/net/cipher_names.h"
#include "tests/unit/proxy/net/tls_listener.h"

namespace postern::net {
namespace {

using test::KeyKind;

class TlsBuild : public testing::Test {
 protected:
  TenantDraft good() { return {"ns/a", {"a.example"}, {authority_.issue({"a.example"})}}; }
  std::vector<TlsProblem> problems(TenantDraft draft) {
    const auto built = build({std::move(draft)}, shared_);
    return built ? std::vector<TlsProblem>{} : built.error();
  }
  std::string only_problem(TenantDraft draft) {
    const auto found = problems(std::move(draft));
    if (found.size() != 1) return std::to_string(found.size()) + " problems";
    EXPECT_EQ(found.front().server, "ns/a");
    return found.front().field + ": " + found.front().detail;
  }

  test::Authority authority_;
  TlsShared shared_;
  Visitor visitor_;
};

TEST_F(TlsBuild, takes_suites_by_both_names_in_order) {
  TenantDraft draft = good();
  draft.tls.cipher_preference = config::CipherPreference::Server;
  draft.tls.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                             "ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_AES_128_GCM_SHA256"};
  const auto server = build({draft}, shared_).value();
  EXPECT_EQ(visitor_.meet(*server).server.tls_summary().suite, "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(visitor_.meet(*server, {.max_version = TLS1_2_VERSION}).server.tls_summary().suite,
            "ECDHE-ECDSA-AES256-GCM-SHA384");
  EXPECT_FALSE(visitor_
                   .meet(*server, {.max_version = TLS1_2_VERSION,
                                   .ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305"})
                   .done());
}

TEST_F(TlsBuild, speaks_no_older_version_when_only_suites_of_1_3_are_listed) {
  TenantDraft draft = good();
  draft.tls.cipher_suites = {"TLS_AES_256_GCM_SHA384"};
  const auto server = build({draft}, shared_).value();
  EXPECT_TRUE(visitor_.meet(*server).done());
  EXPECT_FALSE(visitor_.meet(*server, {.max_version = TLS1_2_VERSION}).done());
}

TEST_F(TlsBuild, names_the_suite_that_is_wrong) {
  TenantDraft draft = good();
  draft.tls.cipher_suites = {"ECDHE-ECDSA-AES128-GCM-SHA256", "FOO"};
  EXPECT_EQ(only_problem(draft), "tls.cipherSuites[1]: cipher suite unknown: FOO");
  draft.tls.cipher_suites = {"NULL-SHA256"};
  EXPECT_EQ(only_problem(draft), "tls.cipherSuites[0]: a suite without encryption: NULL-SHA256");
  draft.tls.cipher_suites = {"ADH-AES128-SHA256"};
  EXPECT_EQ(only_problem(draft),
            "tls.cipherSuites[0]: a suite without authentication: ADH-AES128-SHA256");
}

TEST_F(TlsBuild, takes_every_group_of_the_manifest_that_openssl_has) {
  for (const char* group :
       {"X25519", "X448", "P-256", "P-384", "P-521", "ffdhe2048", "ffdhe3072", "ffdhe4096"}) {
    EXPECT_TRUE(group_named(group)) << group;
  }
  TenantDraft draft = good();
  draft.tls.groups = {"P-384", "X25519"};
  const auto server = build({draft}, shared_).value();
  EXPECT_TRUE(visitor_.meet(*server).done());
  draft.tls.groups = {"P-384", "X9"};
  EXPECT_EQ(only_problem(draft),
            "tls.groups[1]: this version of OpenSSL does not have the group X9");
}

TEST_F(TlsBuild, uses_the_groups_that_are_listed) {
  TenantDraft draft = good();
  draft.tls.groups = {"P-384"};
  const auto server = build({draft}, shared_).value();
  const Met met = visitor_.meet(*server);
  ASSERT_TRUE(met.done());
  EXPECT_EQ(SSL_get_negotiated_group(met.client.tls()), NID_secp384r1);
}

TEST_F(TlsBuild, refuses_versions_the_wrong_way_round) {
  TenantDraft draft = good();
  draft.tls.min_version = config::TlsVersion::Tls13;
  draft.tls.max_version = config::TlsVersion::Tls12;
  EXPECT_EQ(only_problem(draft), "tls.maxVersion: it is older than tls.minVersion");
}

TEST_F(TlsBuild, names_the_pair_that_is_wrong) {
  TenantDraft draft = good();
  draft.pairs.push_back(authority_.issue({"b.example"}));
  draft.pairs[1].key_pem = draft.pairs[0].key_pem;
  EXPECT_EQ(only_problem(draft),
            "tls.certificateRefs[1]: ns/pair: the private key does not belong to the certificate");
  draft.pairs = {authority_.issue({"b.example"}, KeyKind::WeakRsa)};
  EXPECT_EQ(only_problem(draft),
            "tls.certificateRefs[0]: ns/pair: key or signature is too weak (RSA 2048, SHA-256 at "
            "least)");
  draft.pairs.clear();
  EXPECT_EQ(only_problem(draft), "tls.certificateRefs: there is no certificate");
}

TEST_F(TlsBuild, tells_every_problem_at_once) {
  TenantDraft draft = good();
  draft.tls.cipher_suites = {"FOO", "BAR"};
  draft.tls.groups = {"BAZ"};
  draft.pairs.clear();
  EXPECT_EQ(problems(draft).size(), 4U);
}

TEST(CheckKeyPair, says_what_is_wrong_with_a_pair) {
  const test::Authority authority;
  TlsShared shared;
  const auto good = authority.issue({"a.example"});
  EXPECT_TRUE(check_key_pair(good, shared));
  EXPECT_TRUE(check_key_pair(authority.issue({"a.example"}, KeyKind::Rsa), shared));

  auto expired = authority.issue(test::Leaf{.dns_names = {"a.example"}, .ends_in_seconds = -60});
  EXPECT_TRUE(check_key_pair(expired, shared)) << "served, with a warning elsewhere";

  const auto future =
      authority.issue(test::Leaf{.dns_names = {"a.example"}, .begins_in_seconds = 3600});
  EXPECT_EQ(check_key_pair(future, shared).error(), "the certificate is not valid yet");

  auto bad = good;
  bad.chain_pem = "";
  EXPECT_EQ(check_key_pair(bad, shared).error(), "there is no certificate in it");
  bad.chain_pem = good.chain_pem.text().substr(0, good.chain_pem.text().size() - 60);
  EXPECT_EQ(check_key_pair(bad, shared).error(), "a certificate cannot be read");
  bad = good;
  bad.key_pem = SharedSecret("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
  EXPECT_EQ(check_key_pair(bad, shared).error(),
            "the private key cannot be read (PEM, not encrypted)");
  bad.key_pem = authority.issue({"a.example"}).key_pem;
  EXPECT_EQ(check_key_pair(bad, shared).error(),
            "the private key does not belong to the certificate");
}

TEST(CheckKeyPair, leaves_no_secret_behind) {
  const test::Authority authority;
  TlsShared shared;
  const auto pair = authority.issue({"a.example"});
  const std::size_t before = Secret::live();
  EXPECT_TRUE(check_key_pair(pair, shared));
  EXPECT_EQ(Secret::live(), before);
}

}  // namespace
}  // namespace postern::net
