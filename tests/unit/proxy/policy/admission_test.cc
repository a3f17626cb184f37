#include "proxy/policy/admission.h"

#include <gtest/gtest.h>

namespace postern::policy {
namespace {

config::Listener listener() {
  config::Listener listener;
  listener.port = 993;
  listener.tenants = {{.server = "mail/oldest", .hostnames = {"mail.example.com"}},
                      {.server = "mail/wild", .hostnames = {"*.example.com"}},
                      {.server = "mail/deep", .hostnames = {"*.eu.example.com"}}};
  return listener;
}

std::string tenant(std::string_view name) {
  const config::Listener shared = listener();
  const config::Tenant* found = tenant_named(shared, name);
  return found == nullptr ? "" : found->server;
}

config::Server oldest(config::UnknownNames unknown) {
  config::Server server;
  server.tls.unknown_names = unknown;
  return server;
}

TEST(Admission, exact_names_beat_wildcards) {
  EXPECT_EQ(tenant("mail.example.com"), "mail/oldest");
  EXPECT_EQ(tenant("imap.example.com"), "mail/wild");
}

TEST(Admission, longer_wildcards_beat_shorter_ones) {
  EXPECT_EQ(tenant("imap.eu.example.com"), "mail/deep");
}

TEST(Admission, wildcard_is_not_its_own_domain) {
  EXPECT_TRUE(hostname_matches("*.example.com", "a.b.example.com"));
  EXPECT_FALSE(hostname_matches("*.example.com", "example.com"));
  EXPECT_FALSE(hostname_matches("*.example.com", ".example.com"));
  EXPECT_FALSE(hostname_matches("*.example.com", "anexample.com"));
}

TEST(Admission, unknown_names_get_the_first_certificate_unless_refused) {
  EXPECT_TRUE(
      admit_name(listener(), oldest(config::UnknownNames::FirstCertificate), "x.org").allowed());
  const Decision decision = admit_name(listener(), oldest(config::UnknownNames::Reject), "x.org");
  EXPECT_EQ(decision.denial, Denial::UnknownName);
  EXPECT_EQ(decision.message, "no MailServer on port 993 has the name x.org");
}

TEST(Admission, known_names_and_none_pass_where_unknown_ones_are_refused) {
  const config::Server strict = oldest(config::UnknownNames::Reject);
  EXPECT_TRUE(admit_name(listener(), strict, "mail.example.com").allowed());
  EXPECT_TRUE(admit_name(listener(), strict, "").allowed());
}

TEST(Admission, port_without_tenants_serves_nobody) {
  config::Listener empty;
  empty.port = 143;
  EXPECT_EQ(admit_connection(empty).denial, Denial::NothingServed);
  EXPECT_TRUE(admit_connection(listener()).allowed());
}

TEST(Admission, every_denial_has_a_word) {
  for (const Denial denial :
       {Denial::None, Denial::NothingServed, Denial::UnknownName, Denial::TlsRequired}) {
    EXPECT_NE(name_of(denial), "?");
  }
}

}  // namespace
}  // namespace postern::policy
