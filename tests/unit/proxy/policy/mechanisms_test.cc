#include "proxy/policy/mechanisms.h"

#include <gtest/gtest.h>

namespace postern::policy {
namespace {

using config::Plaintext;

config::ProtocolOffer offer_of(MechanismSet mechanisms) {
  config::ProtocolOffer offer;
  offer.mechanisms = mechanisms;
  return offer;
}

Facts facts(ClientTls tls, Plaintext plaintext = Plaintext::Refuse) {
  Facts facts;
  facts.tls = tls;
  facts.plaintext = plaintext;
  return facts;
}

const MechanismSet kPasswords{Mechanism::Plain, Mechanism::Login};

TEST(Mechanisms, offers_nothing_before_tls) {
  const LoginOffer offer = login_offer(offer_of(kPasswords), facts(ClientTls::Offered));
  EXPECT_FALSE(offer.login_allowed);
  EXPECT_TRUE(offer.mechanisms.empty());
  EXPECT_FALSE(offer.login_command());
}

TEST(Mechanisms, offers_all_that_is_configured_after_tls) {
  const LoginOffer offer = login_offer(offer_of(kPasswords), facts(ClientTls::Established));
  EXPECT_EQ(offer.mechanisms, kPasswords);
}

TEST(Mechanisms, offers_login_in_clear_only_where_it_is_written) {
  EXPECT_TRUE(
      login_offer(offer_of(kPasswords), facts(ClientTls::Offered, Plaintext::Allow)).login_allowed);
  EXPECT_TRUE(login_offer(offer_of(kPasswords), facts(ClientTls::Unavailable, Plaintext::Allow))
                  .login_allowed);
  EXPECT_FALSE(login_offer(offer_of(kPasswords), facts(ClientTls::Unavailable)).login_allowed);
}

TEST(Mechanisms, does_not_count_challenge_response_as_a_reason_to_skip_tls) {
  const LoginOffer offer = login_offer(offer_of({Mechanism::CramMd5}), facts(ClientTls::Offered));
  EXPECT_FALSE(offer.login_allowed);
  EXPECT_TRUE(offer.mechanisms.empty());
}

TEST(Mechanisms, opens_the_login_command_for_either_of_plain_and_login) {
  const Facts secure = facts(ClientTls::Established);
  EXPECT_TRUE(login_offer(offer_of({Mechanism::Plain}), secure).login_command());
  EXPECT_TRUE(login_offer(offer_of({Mechanism::Login}), secure).login_command());
  EXPECT_FALSE(login_offer(offer_of({Mechanism::XOAuth2}), secure).login_command());
}

TEST(Mechanisms, offers_external_with_a_verified_certificate_alone) {
  const MechanismSet all{Mechanism::Plain, Mechanism::External};
  Facts now = facts(ClientTls::Established);
  for (const Certificate certificate : {Certificate::None, Certificate::Unverified}) {
    now.certificate = certificate;
    EXPECT_EQ(login_offer(offer_of(all), now).mechanisms, MechanismSet{Mechanism::Plain});
  }
  now.certificate = Certificate::Verified;
  EXPECT_EQ(login_offer(offer_of(all), now).mechanisms, all);
}

TEST(Mechanisms, offers_external_to_everybody_where_an_auth_service_judges_as_nginxs_does) {
  const MechanismSet all{Mechanism::Plain, Mechanism::External};
  Facts now = facts(ClientTls::Established);
  now.asks_leniently = true;
  EXPECT_EQ(login_offer(offer_of(all), now).mechanisms, all);
}

TEST(Mechanisms, external_without_proof_is_told_to_services_that_judge_as_nginxs_do_alone) {
  config::Provider strict;
  strict.kind = config::HttpProvider{};
  config::Provider lenient = strict;
  std::get<config::HttpProvider>(lenient.kind).strictness = config::Strictness::Nginx;
  Facts now = facts(ClientTls::Established);
  EXPECT_TRUE(may_judge(lenient, Mechanism::External, now));
  EXPECT_FALSE(may_judge(strict, Mechanism::External, now));
  EXPECT_TRUE(may_judge(strict, Mechanism::Plain, now));
  now.certificate = Certificate::Verified;
  EXPECT_TRUE(may_judge(strict, Mechanism::External, now));
}

TEST(Mechanisms, offers_nothing_to_whoever_came_around_a_certificate_that_is_demanded) {
  for (const ClientTls tls : {ClientTls::Established, ClientTls::Offered}) {
    Facts now = facts(tls, Plaintext::Allow);
    now.certificate = Certificate::Missing;
    now.asks_leniently = true;
    const LoginOffer offer = login_offer(offer_of({Mechanism::Plain, Mechanism::External}), now);
    EXPECT_FALSE(offer.login_allowed);
    EXPECT_TRUE(offer.mechanisms.empty());
  }
}

}  // namespace
}  // namespace postern::policy
