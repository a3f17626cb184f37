#include <gtest/gtest.h>

#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

std::vector<model::Object> rest_with(const model::SecretObject& secret) {
  std::vector<model::Object> out = rest();
  std::erase_if(out, [](const model::Object& object) {
    return std::holds_alternative<model::SecretObject>(object);
  });
  out.push_back(secret);
  return out;
}

TEST(Identities, carry_chain_key_names_and_end) {
  const Scene scene = scene_of(working());
  const auto* material = scene.find<config::SecretMaterial>("mail/mail-tls");
  ASSERT_NE(material, nullptr);
  const auto& pair = std::get<config::KeyPair>(*material);
  EXPECT_EQ(pair.chain_pem.text(), "chain of mail/mail-tls");
  EXPECT_EQ(pair.key_pem.reveal(), "key of mail/mail-tls");
  EXPECT_EQ(pair.dns_names, NameList{"mail.example.com"});
  EXPECT_EQ(pair.not_after_unix_s, 4'000'000'000);
}

TEST(Identities, missing_certificate_is_named_and_takes_down_what_needs_it) {
  const Scene scene = scene_of(working().certificate("missing"));
  EXPECT_EQ(scene.problems(),
            (Words{"SecretNotFound spec.tls.certificateRefs[0]", "NoListeners spec.protocols"}));
}

TEST(Identities, one_good_certificate_of_two_serves_on) {
  const Scene scene = scene_of(working().with([](model::MailServer& server) {
    server.tls->certificate_refs = {{"missing", "mail"}, {"mail-tls", "mail"}};
  }));
  EXPECT_EQ(scene.problems(), Words{"SecretNotFound spec.tls.certificateRefs[0]"});
  EXPECT_EQ(scene.server()->tls.key_pairs, Words{"mail/mail-tls"});
}

TEST(Identities, certificate_that_does_not_cover_a_hostname_is_a_warning) {
  const Scene scene = scene_of(working().hostnames({"mail.example.com", "imap.example.com"}));
  EXPECT_EQ(scene.problems(), Words{"HostnameNotCovered spec.hostnames[1]"});
  EXPECT_EQ(scene.built.problems[0].severity, model::Severity::Warning);
  EXPECT_NE(scene.server(), nullptr);
}

TEST(Identities, secret_of_another_type_is_refused) {
  auto secret = mk_tls_secret("mail/mail-tls", {"mail.example.com"});
  secret.type = "Opaque";
  EXPECT_EQ(scene_of(working(), rest_with(secret)).problems()[0],
            "InvalidSecret spec.tls.certificateRefs[0]");
}

TEST(Identities, expired_certificate_is_told) {
  const Scene scene = scene_of(working(), rest(), {.now_unix_s = 4'100'000'000});
  EXPECT_EQ(scene.problems(), Words{"CertificateExpired spec.tls.certificateRefs[0]"});
}

TEST(Identities, secret_of_another_namespace_is_refused_without_a_grant) {
  const Scene scene = scene_of(working().with(
      [](model::MailServer& server) { server.tls->certificate_refs = {{"mail-tls", "other"}}; }));
  EXPECT_EQ(scene.problems()[0], "RefNotPermitted spec.tls.certificateRefs[0]");
}

TEST(Identities, obsolete_tls_is_insecure) {
  const Scene scene = scene_of(
      working().with([](model::MailServer& server) { server.tls->min_version = "TLSv1.1"; }));
  EXPECT_EQ(scene.problems(), Words{"ObsoleteTLS spec.tls.minVersion"});
  EXPECT_EQ(scene.server()->tls.min_version, config::TlsVersion::Tls11);
}

}  // namespace
}  // namespace postern::build
