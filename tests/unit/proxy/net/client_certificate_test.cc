// Certificates of clients: who may come with which, what is told of it, and that no session reaches
// further than the set of authorities and lists that it was made under.
#include <gtest/gtest.h>

#include "proxy/net/client_certificate.h"
#include "tests/support/manual_clock.h"
#include "tests/unit/proxy/net/tls_listener.h"

namespace postern::net {
namespace {

using config::CertificateName;
using config::ClientCertificateMode;

class ClientCertificates : public testing::Test {
 protected:
  TenantDraft tenant(ClientCertificateMode mode, const std::string& name = "a.example") {
    TenantDraft draft{"ns/" + name, {name}, {authority_.issue({name})}};
    draft.tls.client_certificates.mode = mode;
    if (mode != ClientCertificateMode::None) draft.authorities = {staff_.bundle()};
    return draft;
  }
  std::shared_ptr<const TlsServer> serve(const std::deque<TenantDraft>& drafts) {
    return build(drafts, shared_).value();
  }
  config::KeyPair member(const std::string& alternatives, long ends_in_seconds = 86'400) {
    Leaf leaf;
    leaf.alternatives = alternatives;
    leaf.common_name = "Anna";
    leaf.ends_in_seconds = ends_in_seconds;
    return staff_.issue(leaf);
  }
  // As the server sees it.
  CertificateVerdict verdict(const Met& met) { return certificate_verdict(met.server.tls()); }
  Met meet(ClientCertificateMode mode, const config::KeyPair* pair, int version = 0) {
    const auto server = serve({tenant(mode)});
    return visitor_.meet(*server, {.sni = "a.example", .max_version = version, .pair = pair});
  }
  Result<std::string, CertificateNameFault> name(const std::string& alternatives,
                                                 CertificateName kind) {
    const config::KeyPair pair = member(alternatives);
    const Met met = meet(ClientCertificateMode::Required, &pair);
    EXPECT_TRUE(met.done()) << met.alert;
    return name_in_certificate(met.server.tls(), kind);
  }

  using Leaf = test::Leaf;
  test::Authority authority_;
  test::Authority staff_{"Staff"};
  test::Authority strangers_{"Strangers"};
  test::ManualClock clock_;
  TlsShared shared_{clock_};
  Visitor visitor_;
};

TEST_F(ClientCertificates, are_not_asked_for_unless_somebody_wants_them) {
  const config::KeyPair pair = member("email:anna@example.org");
  const Met met = meet(ClientCertificateMode::None, &pair);
  ASSERT_TRUE(met.done());
  EXPECT_EQ(verdict(met), CertificateVerdict::NotAsked);
  EXPECT_EQ(name_in_certificate(met.server.tls(), CertificateName::SanEmail).error(),
            CertificateNameFault::NotVerified);
}

TEST_F(ClientCertificates, may_be_missing_where_they_are_optional) {
  for (const int version : kVersions) {
    for (const auto mode :
         {ClientCertificateMode::Optional, ClientCertificateMode::OptionalUnverified}) {
      const Met met = meet(mode, nullptr, version);
      ASSERT_TRUE(met.done()) << met.alert;
      EXPECT_EQ(verdict(met), CertificateVerdict::None);
    }
  }
}

TEST_F(ClientCertificates, are_demanded_where_they_are_required) {
  for (const int version : kVersions) {
    EXPECT_FALSE(meet(ClientCertificateMode::Required, nullptr, version).done());
    const config::KeyPair pair = member("email:anna@example.org");
    const Met met = meet(ClientCertificateMode::Required, &pair, version);
    ASSERT_TRUE(met.done()) << met.alert;
    EXPECT_EQ(verdict(met), CertificateVerdict::Verified);
  }
}

TEST_F(ClientCertificates, of_strangers_end_the_handshake_where_one_must_verify) {
  const config::KeyPair pair = strangers_.issue({"anna"});
  const config::KeyPair alone = test::self_signed("anna");
  for (const int version : kVersions) {
    for (const auto mode : {ClientCertificateMode::Optional, ClientCertificateMode::Required}) {
      EXPECT_FALSE(meet(mode, &pair, version).done());
      EXPECT_FALSE(meet(mode, &alone, version).done());
    }
  }
}

TEST_F(ClientCertificates, of_strangers_are_told_and_never_believed_where_that_is_written) {
  const config::KeyPair pair = test::self_signed("anna");
  for (const int version : kVersions) {
    const Met met = meet(ClientCertificateMode::OptionalUnverified, &pair, version);
    ASSERT_TRUE(met.done()) << met.alert;
    const ClientCertificate shown = client_certificate(met.server.tls());
    EXPECT_EQ(shown.verdict, CertificateVerdict::Failed);
    EXPECT_EQ(shown.failure, "self-signed certificate");
    EXPECT_EQ(shown.subject, "CN=anna");
    EXPECT_EQ(name_in_certificate(met.server.tls(), CertificateName::SanDns).error(),
              CertificateNameFault::NotVerified);
  }
}

TEST_F(ClientCertificates, of_strangers_have_their_faults_told_in_nginxs_words) {
  config::KeyPair pair = strangers_.issue({"anna"});
  const auto told = [&] {
    const Met met = meet(ClientCertificateMode::OptionalUnverified, &pair);
    EXPECT_TRUE(met.done()) << met.alert;
    return client_certificate(met.server.tls()).failure;
  };
  EXPECT_EQ(told(), "self-signed certificate in certificate chain");
  const std::string_view end = "-----END CERTIFICATE-----\n";
  pair.chain_pem = pair.chain_pem.text().substr(0, pair.chain_pem.text().find(end) + end.size());
  EXPECT_EQ(told(), "unable to verify the first certificate");
}

TEST_F(ClientCertificates, that_have_expired_end_the_handshake_in_every_mode) {
  const config::KeyPair pair = member("email:anna@example.org", -60);
  for (const auto mode : {ClientCertificateMode::Optional, ClientCertificateMode::Required,
                          ClientCertificateMode::OptionalUnverified}) {
    EXPECT_FALSE(meet(mode, &pair).done());
  }
}

TEST_F(ClientCertificates, that_are_revoked_end_the_handshake) {
  const config::KeyPair good = member("email:anna@example.org");
  const config::KeyPair bad = member("email:bert@example.org");
  TenantDraft draft = tenant(ClientCertificateMode::Optional);
  draft.revocations = {{staff_.revoke({bad})}};
  const auto server = serve({draft});
  EXPECT_TRUE(visitor_.meet(*server, {.sni = "a.example", .pair = &good}).done());
  EXPECT_FALSE(visitor_.meet(*server, {.sni = "a.example", .pair = &bad}).done());
}

TEST_F(ClientCertificates, need_a_list_of_their_issuer_that_is_not_old) {
  const config::KeyPair good = member("email:anna@example.org");
  TenantDraft draft = tenant(ClientCertificateMode::Optional);
  draft.revocations = {{staff_.revoke({}, -60)}};
  EXPECT_FALSE(visitor_.meet(*serve({draft}), {.sni = "a.example", .pair = &good}).done());
  draft.revocations = {{strangers_.revoke({})}};
  EXPECT_FALSE(visitor_.meet(*serve({draft}), {.sni = "a.example", .pair = &good}).done());
}

TEST_F(ClientCertificates, are_described_as_nginx_does) {
  const config::KeyPair pair = member("email:anna@example.org");
  const Met met = meet(ClientCertificateMode::Optional, &pair);
  ASSERT_TRUE(met.done()) << met.alert;
  const ClientCertificate shown = client_certificate(met.server.tls());
  EXPECT_EQ(shown.subject, "CN=Anna");
  EXPECT_EQ(shown.issuer, "CN=Staff");
  EXPECT_EQ(shown.serial.find_first_not_of("0123456789ABCDEF"), std::string::npos);
  EXPECT_EQ(shown.fingerprint.size(), 40U);
  EXPECT_EQ(shown.fingerprint.find_first_not_of("0123456789abcdef"), std::string::npos);
  const std::string pem = certificate_pem(met.server.tls());
  EXPECT_FALSE(pem.empty());
  EXPECT_TRUE(pair.chain_pem.text().starts_with(pem));
}

TEST_F(ClientCertificates, give_the_first_name_of_the_kind) {
  const std::string all =
      "DNS:one.example,email:anna@example.org,URI:spiffe://example.org/a,"
      "email:bert@example.org,DNS:two.example";
  EXPECT_EQ(name(all, CertificateName::SanEmail).value(), "anna@example.org");
  EXPECT_EQ(name(all, CertificateName::SanDns).value(), "one.example");
  EXPECT_EQ(name(all, CertificateName::SanUri).value(), "spiffe://example.org/a");
  EXPECT_EQ(name(all, CertificateName::SubjectCommonName).value(), "Anna");
  EXPECT_EQ(name("DNS:one.example", CertificateName::SanEmail).error(),
            CertificateNameFault::Missing);
}

TEST_F(ClientCertificates, with_a_control_octet_in_the_name_name_nobody) {
  for (const char* subject : {"anna\nbert", "anna\x7f", "\t"}) {
    Leaf leaf;
    leaf.common_name = subject;
    const config::KeyPair pair = staff_.issue(leaf);
    const Met met = meet(ClientCertificateMode::Optional, &pair);
    ASSERT_TRUE(met.done()) << met.alert;
    EXPECT_EQ(name_in_certificate(met.server.tls(), CertificateName::SubjectCommonName).error(),
              CertificateNameFault::Unusable);
    // What is told of it is printable all the same.
    const std::string told = client_certificate(met.server.tls()).subject;
    EXPECT_EQ(told.find_first_of("\n\t\x7f"), std::string::npos) << told;
  }
}

TEST_F(ClientCertificates, are_asked_for_by_the_tenant_that_sni_names) {
  const auto server = serve(
      {tenant(ClientCertificateMode::None), tenant(ClientCertificateMode::Required, "b.example")});
  for (const int version : kVersions) {
    EXPECT_TRUE(visitor_.meet(*server, {.sni = "a.example", .max_version = version}).done());
    EXPECT_TRUE(visitor_.meet(*server, {.max_version = version}).done());
    EXPECT_FALSE(visitor_.meet(*server, {.sni = "b.example", .max_version = version}).done());
  }
}

TEST_F(ClientCertificates, are_remembered_by_a_resumed_session) {
  const config::KeyPair pair = member("email:anna@example.org");
  const auto server = serve({tenant(ClientCertificateMode::Required)});
  for (const int version : kVersions) {
    const Offer offer{.sni = "a.example", .max_version = version, .pair = &pair};
    ASSERT_TRUE(visitor_.meet(*server, offer).done());
    const SslSessionPtr session = visitor_.take_session();
    const Met met = visitor_.meet(
        *server, {.sni = "a.example", .max_version = version, .session = session.get()});
    ASSERT_TRUE(met.done()) << met.alert;
    EXPECT_TRUE(met.resumed());
    EXPECT_EQ(name_in_certificate(met.server.tls(), CertificateName::SanEmail).value(),
              "anna@example.org");
  }
}

TEST_F(ClientCertificates, are_shown_again_after_a_day) {
  const config::KeyPair pair = member("email:anna@example.org");
  const auto server = serve({tenant(ClientCertificateMode::Required)});
  SslSessionPtr session;
  const auto login = [&] {
    const Met met =
        visitor_.meet(*server, {.sni = "a.example", .session = session.get(), .pair = &pair});
    EXPECT_TRUE(met.done()) << met.alert;
    session = visitor_.take_session();
    return met.resumed();
  };
  EXPECT_FALSE(login());
  for (int i = 0; i < 3; ++i) {
    clock_.pass(std::chrono::hours{8});
    EXPECT_TRUE(login()) << i;
  }
  clock_.pass(std::chrono::hours{1});
  EXPECT_FALSE(login());
}

TEST_F(ClientCertificates, have_their_time) {
  const auto of = [&](long ends_in_seconds) {
    return read_certificates(member("email:anna@example.org", ends_in_seconds).chain_pem.text())
        .value();
  };
  EXPECT_TRUE(has_expired(of(-60).front().get()));
  EXPECT_FALSE(has_expired(of(60).front().get()));
  EXPECT_FALSE(has_expired(nullptr));
}

TEST_F(ClientCertificates, of_one_set_resume_no_session_under_another) {  // TL12
  const config::KeyPair pair = member("email:anna@example.org");
  TenantDraft draft = tenant(ClientCertificateMode::Optional);
  TenantDraft other_authority = draft;
  other_authority.authorities.push_back(strangers_.bundle());
  TenantDraft with_list = draft;
  with_list.revocations = {{staff_.revoke({})}};
  TenantDraft longer_list = draft;
  longer_list.revocations = {{staff_.revoke({pair})}};
  TenantDraft required = draft;
  required.tls.client_certificates.mode = ClientCertificateMode::Required;
  TenantDraft nobody = draft;
  nobody.tls.client_certificates = {};
  nobody.authorities.clear();
  for (const auto mode : {config::ResumptionMode::Tickets, config::ResumptionMode::Cache}) {
    for (const int version : kVersions) {
      for (TenantDraft* later : {&other_authority, &with_list, &required, &nobody}) {
        draft.tls.resumption = later->tls.resumption = mode;
        const auto before = serve({draft});
        const auto after = build({*later}, shared_, Protocol::Imap, before.get()).value();
        const Offer offer{.sni = "a.example", .max_version = version, .pair = &pair};
        ASSERT_TRUE(visitor_.meet(*before, offer).done());
        const SslSessionPtr session = visitor_.take_session();
        ASSERT_TRUE(session);
        Offer again = offer;
        again.session = session.get();
        const Met met = visitor_.meet(*after, again);
        ASSERT_TRUE(met.done()) << met.alert;
        EXPECT_FALSE(met.resumed()) << version;
      }
    }
  }
}

TEST_F(ClientCertificates, names_of_authorities_are_told_unless_that_is_unwanted) {
  TenantDraft draft = tenant(ClientCertificateMode::Optional);
  const auto told = [&] {
    const Met met = visitor_.meet(*serve({draft}), {.sni = "a.example"});
    const STACK_OF(X509_NAME)* const names = SSL_get0_peer_CA_list(met.client.tls());
    return names ? sk_X509_NAME_num(names) : 0;
  };
  EXPECT_EQ(told(), 1);
  draft.tls.client_certificates.sends_ca_names = false;
  EXPECT_EQ(told(), 0);
}

TEST_F(ClientCertificates, authorities_of_clients_are_no_part_of_our_own_chain) {
  TenantDraft draft = tenant(ClientCertificateMode::Optional);
  draft.authorities = {authority_.bundle()};
  config::KeyPair& pair = draft.pairs.front();
  pair.chain_pem = pair.chain_pem.text().substr(
      0, pair.chain_pem.text().find("-----END CERTIFICATE-----\n") + 26);
  const Met met = visitor_.meet(*serve({draft}), {.sni = "a.example"});
  ASSERT_TRUE(met.done()) << met.alert;
  EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(met.client.tls())), 1);
}

TEST_F(ClientCertificates, authorities_that_cannot_be_read_refuse_the_tenant_by_name) {
  TenantDraft draft = tenant(ClientCertificateMode::Optional);
  draft.authorities = {{"no certificate"}};
  draft.revocations = {{staff_.bundle()}};
  const auto built = build({draft}, shared_);
  ASSERT_FALSE(built.has_value());
  ASSERT_EQ(built.error().size(), 2U);
  EXPECT_EQ(built.error()[0].field, "tls.client_certificates.trust[0]");
  EXPECT_EQ(built.error()[0].secret, "ns/ca");
  EXPECT_EQ(built.error()[1].field, "tls.client_certificates.revocations[0]");
  EXPECT_EQ(built.error()[1].detail, "ns/crl: there is no revocation list in it");
}

}  // namespace
}  // namespace postern::net
