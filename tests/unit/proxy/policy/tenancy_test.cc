#include "proxy/policy/tenancy.h"

#include <gtest/gtest.h>

namespace postern::policy {
namespace {

config::Server bound() {
  config::Server server;
  server.domains = {"acme.example", "acme.test"};
  return server;
}

Facts facts_of(ClientTls tls) {
  Facts out;
  out.tls = tls;
  return out;
}

TEST(Tenancy, takes_the_names_of_its_domains_and_bare_ones) {
  const config::Snapshot nothing;
  for (const char* name : {"anna@acme.example", "Anna@ACME.Example", "anna@acme.test", "anna"}) {
    EXPECT_TRUE(takes_name(bound(), nothing, name)) << name;
  }
  for (const char* name : {"anna@bolt.example", "anna@", "anna@x.acme.example", "anna@acme.exampl",
                           "anna@acme.example@bolt.example", "anna@acme.example.", "@"}) {
    EXPECT_FALSE(takes_name(bound(), nothing, name)) << name;
  }
  EXPECT_TRUE(takes_name(config::Server{}, nothing, "anna@anything.example"));
}

TEST(Tenancy, takes_the_names_of_a_table) {
  config::Server server;
  server.domain_tables = {"mail/ConfigMap/customers#domains/domains"};
  config::Snapshot::Draft draft{config::Snapshot()};
  draft.put(std::make_shared<const config::Resource>(config::Resource{
      server.domain_tables[0], "v", {}, config::Table{{{"bolt.example", "", ""}}}}));
  const config::Snapshot snapshot = draft.finish("1");
  EXPECT_TRUE(takes_name(server, snapshot, "bob@bolt.example"));
  EXPECT_FALSE(takes_name(server, snapshot, "anna@acme.example"));
  EXPECT_FALSE(takes_name(server, config::Snapshot(), "bob@bolt.example"))
      << "a table that is not here names nobody";
}

TEST(Tenancy, lets_nobody_in_whose_password_came_in_clear_where_that_is_refused) {
  using config::Plaintext;
  for (const ClientTls tls : {ClientTls::Offered, ClientTls::Unavailable}) {
    EXPECT_EQ(may_enter(bound(), Plaintext::Refuse, facts_of(tls), "").denial, Denial::TlsRequired);
    EXPECT_TRUE(may_enter(bound(), Plaintext::Allow, facts_of(tls), "").allowed());
  }
  EXPECT_TRUE(
      may_enter(bound(), Plaintext::Refuse, facts_of(ClientTls::Established), "TLSv1.2").allowed());
}

TEST(Tenancy, lets_nobody_in_whose_tls_it_would_not_have_made) {
  config::Server strict = bound();
  strict.tls.min_version = config::TlsVersion::Tls13;
  const Facts tls = facts_of(ClientTls::Established);
  EXPECT_EQ(may_enter(strict, config::Plaintext::Refuse, tls, "TLSv1.2").denial,
            Denial::TlsTooWeak);
  EXPECT_TRUE(may_enter(strict, config::Plaintext::Refuse, tls, "TLSv1.3").allowed());
  EXPECT_EQ(may_enter(strict, config::Plaintext::Refuse, tls, "SSLv3").denial, Denial::TlsTooWeak);
  strict.tls.min_version = strict.tls.max_version = config::TlsVersion::Tls12;
  EXPECT_EQ(may_enter(strict, config::Plaintext::Refuse, tls, "TLSv1.3").denial,
            Denial::TlsTooWeak);
}

}  // namespace
}  // namespace postern::policy
