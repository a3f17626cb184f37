// A Secret that becomes unusable leaves what was in force (KC11).
#include <gtest/gtest.h>

#include "tests/unit/controller/build/growing.h"
#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;
const config::ResourceKey kSecret{config::ResourceType::Secret, "mail/mail-tls"};

model::SecretObject pair_until(std::int64_t not_after, const std::string& key) {
  auto secret = mk_tls_secret("mail/mail-tls", {"mail.example.com"});
  secret.certificate->not_after_unix_s = not_after;
  secret.data.insert_or_assign("tls.key", SharedSecret(key));
  return secret;
}
model::SecretObject good(const std::string& key) { return pair_until(kNow + 1000, key); }
model::SecretObject mismatched() {
  auto secret = good("half written");
  secret.certificate->problem = "the key does not belong to the certificate";
  return secret;
}

Growing growing_with(const model::SecretObject& secret) {
  std::vector<model::Object> objects = rest();
  objects.emplace_back(model::MailServer(working()));
  std::erase_if(objects, [](const model::Object& object) {
    return std::holds_alternative<model::SecretObject>(object);
  });
  objects.emplace_back(secret);
  return Growing(std::move(objects), {.now_unix_s = kNow});
}

std::string key_in_force(const Growing& growing) {
  const auto& material = std::get<config::SecretMaterial>(growing.held.at(kSecret).body);
  return std::string(std::get<config::KeyPair>(material).key_pem.reveal());
}

TEST(LastGood, key_that_does_not_fit_leaves_the_pair_before_in_force) {
  Growing growing = growing_with(good("first"));
  const Changes changes = growing.apply(mismatched());
  EXPECT_TRUE(changes.upserts.empty());
  EXPECT_EQ(key_in_force(growing), "first");
  const Verdict& verdict = growing.verdict("mail", "example");
  EXPECT_TRUE(verdict.accepted);
  EXPECT_EQ(reasons(verdict), Words{"InvalidCertificate spec.tls.certificateRefs[0]"});
  EXPECT_NE(verdict.problems[0].message.find("the certificate before it stays in use"),
            std::string::npos);
}

TEST(LastGood, pair_that_matches_again_takes_over) {
  Growing growing = growing_with(good("first"));
  (void)growing.apply(mismatched());
  EXPECT_EQ(upserted(growing.apply(good("second"))), Words{"SECRET mail/mail-tls"});
  EXPECT_EQ(key_in_force(growing), "second");
  EXPECT_TRUE(growing.verdict("mail", "example").problems.empty());
}

TEST(LastGood, secret_that_is_gone_is_gone) {
  Growing growing = growing_with(good("first"));
  const Changes changes = growing.remove({"Secret", "mail", "mail-tls"});
  EXPECT_FALSE(growing.verdict("mail", "example").accepted);
  EXPECT_TRUE(growing.held.empty());
  EXPECT_EQ(removed(changes).front(), "LISTENER 993");
  (void)growing.apply(mismatched());
  EXPECT_TRUE(growing.held.empty());  // nor does it come back
}

TEST(LastGood, what_was_never_good_is_not_kept) {
  Growing growing = growing_with(mismatched());
  EXPECT_TRUE(growing.held.empty());
  EXPECT_EQ(
      reasons(growing.verdict("mail", "example")),
      (Words{"InvalidCertificate spec.tls.certificateRefs[0]", "NoListeners spec.protocols"}));
}

TEST(LastGood, expired_pair_does_not_replace_one_that_is_valid) {
  Growing growing = growing_with(good("first"));
  (void)growing.apply(pair_until(kNow - 1, "old"));
  EXPECT_EQ(key_in_force(growing), "first");
  EXPECT_EQ(reasons(growing.verdict("mail", "example")),
            Words{"CertificateExpired spec.tls.certificateRefs[0]"});
}

TEST(LastGood, of_two_expired_pairs_the_newer_holds) {
  Growing growing = growing_with(pair_until(kNow - 10, "first"));
  (void)growing.apply(pair_until(kNow - 1, "second"));
  EXPECT_EQ(key_in_force(growing), "second");
}

TEST(LastGood, kept_pair_that_expires_gives_way_to_what_is_there) {
  Growing growing = growing_with(good("first"));
  (void)growing.apply(pair_until(kNow - 1, "old"));
  growing.terms.now_unix_s = kNow + 1001;
  (void)growing.update();
  EXPECT_EQ(key_in_force(growing), "old");
}

TEST(LastGood, kept_pair_that_expires_beside_nothing_better_is_served_and_told) {
  Growing growing = growing_with(good("first"));
  (void)growing.apply(mismatched());
  growing.terms.now_unix_s = kNow + 1001;
  EXPECT_EQ(judged(growing.update()), Words{"mail/example"});
  EXPECT_EQ(key_in_force(growing), "first");
  const Verdict& verdict = growing.verdict("mail", "example");
  EXPECT_TRUE(verdict.accepted);
  EXPECT_TRUE(verdict.problems[0].message.ends_with("stays in use, and has expired"))
      << verdict.problems[0].message;
}

TEST(LastGood, certificate_that_expires_is_told_when_the_clock_says_so) {
  Growing growing = growing_with(good("first"));
  growing.terms.now_unix_s = kNow + 1000;
  EXPECT_TRUE(growing.update().verdicts.empty());
  growing.terms.now_unix_s = kNow + 1001;
  EXPECT_EQ(judged(growing.update()), Words{"mail/example"});
  EXPECT_EQ(reasons(growing.verdict("mail", "example")),
            Words{"CertificateExpired spec.tls.certificateRefs[0]"});
  EXPECT_TRUE(growing.update().verdicts.empty());
}

TEST(LastGood, is_forgotten_when_nobody_names_it_any_more) {
  Growing growing = growing_with(good("first"));
  (void)growing.apply(model::MailServer(working().certificate("other")));
  (void)growing.apply(mismatched());
  (void)growing.apply(model::MailServer(working()));
  EXPECT_TRUE(growing.held.empty());
}

TEST(LastGood, holds_for_whoever_names_it_later_while_it_is_in_force) {
  Growing growing = growing_with(good("first"));
  (void)growing.apply(mismatched());
  (void)growing.apply(model::MailServer(mk_server("mail/another")
                                            .hostnames({"another.example.com"})
                                            .backend(mk_service_backend("mailbox"))));
  EXPECT_TRUE(growing.verdict("mail", "another").accepted);
}

}  // namespace
}  // namespace postern::build
