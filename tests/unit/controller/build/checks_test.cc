#include "controller/build/checks.h"

#include <gtest/gtest.h>

#include "tests/support/mk.h"

namespace postern::build {
namespace {

TEST(Checks, certificate_covers_its_own_names) {
  EXPECT_TRUE(certificate_covers({"a.example", "mail.example.com"}, "mail.example.com"));
  EXPECT_FALSE(certificate_covers({"a.example"}, "mail.example.com"));
  EXPECT_FALSE(certificate_covers({}, "mail.example.com"));
}

TEST(Checks, wildcard_covers_one_label_and_itself) {
  EXPECT_TRUE(certificate_covers({"*.example.com"}, "mail.example.com"));
  EXPECT_TRUE(certificate_covers({"*.example.com"}, "*.example.com"));
  EXPECT_FALSE(certificate_covers({"*.example.com"}, "a.mail.example.com"));
  EXPECT_FALSE(certificate_covers({"*.example.com"}, "example.com"));
  EXPECT_FALSE(certificate_covers({"*.com"}, "*.example.com"));
  EXPECT_FALSE(certificate_covers({"mail.example.com"}, "*.example.com"));
}

TEST(Checks, reference_beyond_its_namespace_needs_a_grant) {
  world::World world;
  const model::ObjectKey own{"Secret", "mail", "tls"};
  const model::ObjectKey other{"Secret", "certificates", "tls"};
  EXPECT_FALSE(check_reference(world, "f", "mail", own));
  EXPECT_EQ(check_reference(world, "f", "mail", other)->reason, "RefNotPermitted");
  model::ReferenceGrant grant;
  grant.meta.key = {"ReferenceGrant", "certificates", "mail"};
  grant.namespaces = {"mail"};
  grant.objects = {{"Secret", "tls"}};
  (void)world.apply(model::Object(grant));
  EXPECT_FALSE(check_reference(world, "f", "mail", other));
}

TEST(Checks, key_pair_must_be_there_of_its_type_and_whole) {
  const model::ObjectKey key{"Secret", "mail", "tls"};
  auto secret = testing::mk_tls_secret("mail/tls", {});
  EXPECT_FALSE(check_key_pair("f", key, &secret));
  EXPECT_EQ(check_key_pair("f", key, nullptr)->reason, "SecretNotFound");
  secret.certificate->problem = "the key does not belong to the certificate";
  EXPECT_EQ(check_key_pair("f", key, &secret)->message,
            "Secret mail/tls: the key does not belong to the certificate");
  secret.certificate->problem.clear();
  secret.data.erase("tls.key");
  EXPECT_EQ(check_key_pair("f", key, &secret)->message,
            "Secret mail/tls: needs tls.crt and tls.key");
  secret.type = "Opaque";
  EXPECT_EQ(check_key_pair("f", key, &secret)->reason, "InvalidSecret");
}

TEST(Checks, expired_certificate_is_a_warning) {
  auto secret = testing::mk_tls_secret("mail/tls", {});
  secret.certificate->not_after_unix_s = 1000;
  EXPECT_FALSE(check_expiry("f", secret, 1000));
  EXPECT_FALSE(check_expiry("f", secret, 0));
  EXPECT_EQ(check_expiry("f", secret, 1001)->severity, model::Severity::Warning);
}

}  // namespace
}  // namespace postern::build
