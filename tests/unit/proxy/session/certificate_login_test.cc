// Who he is, says the client's certificate: what is offered with it, what an auth service is told
// of it, and whom it never lets in.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "proxy/net/tls_client.h"
#include "tests/support/certificates.h"
#include "tests/unit/proxy/session/fake_asker.h"
#include "tests/unit/proxy/session/sim_worker.h"

namespace postern::session::test {
namespace {

using config::CertificateName;
using config::ClientCertificateMode;

config::Provider by_certificate(CertificateName name_from) {
  config::Provider provider;
  provider.name = "own";
  provider.mechanisms = {Mechanism::External};
  provider.kind = config::CertificateProvider{name_from};
  return provider;
}

config::Provider by_service(bool sends_certificate = false) {
  config::HttpProvider http;
  http.style = config::AuthStyle::AuthHttp;
  http.sends_client_certificate = sends_certificate;
  config::Provider provider;
  provider.name = "own";
  provider.mechanisms = {Mechanism::Plain, Mechanism::Login, Mechanism::External};
  provider.kind = std::move(http);
  return provider;
}

class CertificateLogin : public ::testing::Test {
 protected:
  void begin(ClientCertificateMode mode, const config::Provider& provider,
             config::ListenerTls tls = config::ListenerTls::Implicit) {
    World world;
    world.listener.tls = tls;
    world.server.tls.client_certificates.mode = mode;
    world.server.protocols[0].mechanisms = {Mechanism::Plain, Mechanism::External};
    world.server.providers = {"mail/example/own"};
    auto prepared = world.prepared();
    config::Snapshot::Draft draft(*prepared->snapshot);
    draft.put(resource("mail/example/own", provider));
    prepared->snapshot = std::make_shared<const config::Snapshot>(draft.finish("2"));
    prepared->tls_servers[143] = tls_server(world);
    sim_ = std::make_unique<SimWorker>(std::move(prepared));
    sim_->worker.ask_through(asker_);
  }
  // With a certificate of these names, or without one.
  bool come(Peer& client, const std::string& alternatives) {
    if (!alternatives.empty()) {
      postern::test::Leaf leaf;
      leaf.alternatives = alternatives;
      leaf.common_name = "Anna";
      pair_ = staff_.issue(leaf);
    }
    const config::BackendTls tls{{}, false, {"mail.example"}, "", config::Verification::Full};
    client_ =
        net::TlsClient::build({&tls, {&trust_}, alternatives.empty() ? nullptr : &pair_}).value();
    const bool met = client.shake_hands(client_->open(sessions_), [&] { sim_->settle(); });
    sim_->settle();
    return met;
  }
  std::string ask(Peer& client, const std::string& line) {
    client.say(line + "\r\n");
    sim_->settle();
    return client.hear();
  }
  // One who has come and was greeted.
  Peer guest(const std::string& alternatives) {
    Peer client = sim_->connect();
    EXPECT_TRUE(come(client, alternatives));
    (void)client.hear();
    return client;
  }
  const policy::ClientTlsFacts& told() { return *asker_.questions.at(0).client_tls; }

  FakeAsker asker_;
  std::unique_ptr<SimWorker> sim_;

 private:
  std::shared_ptr<const net::TlsServer> tls_server(const World& world) {
    net::TlsTenant tenant{"mail/example", &world.server.tls, {{"mail/tls", &own_}}};
    if (world.server.tls.client_certificates.mode != ClientCertificateMode::None) {
      tenant.clients.trust.emplace_back("mail/ca", &staff_bundle_);
    }
    return net::TlsServer::build(std::make_shared<const config::Listener>(world.listener),
                                 {net::make_tenant(Protocol::Imap, tenant, shared_).value()},
                                 shared_, nullptr);
  }

  postern::test::Authority authority_;
  postern::test::Authority staff_{"Staff"};
  config::TrustBundle trust_ = authority_.bundle();
  config::TrustBundle staff_bundle_ = staff_.bundle();
  config::KeyPair own_ = authority_.issue({"mail.example"});
  config::KeyPair pair_;
  net::TlsShared shared_;
  net::TlsSessions sessions_;
  std::shared_ptr<const net::TlsClient> client_;
};

TEST_F(CertificateLogin, external_is_offered_with_a_verified_certificate_alone) {
  begin(ClientCertificateMode::Optional, by_certificate(CertificateName::SanEmail));
  Peer with = guest("email:anna@example.org");
  EXPECT_NE(ask(with, "a CAPABILITY").find("AUTH=EXTERNAL"), std::string::npos);
  Peer without = guest("");
  EXPECT_EQ(ask(without, "a CAPABILITY").find("AUTH=EXTERNAL"), std::string::npos);
  EXPECT_EQ(ask(without, "b AUTHENTICATE EXTERNAL =").find("b OK"), std::string::npos);
}

TEST_F(CertificateLogin, another_authorization_identity_than_the_certificates_is_refused) {
  begin(ClientCertificateMode::Optional, by_certificate(CertificateName::SanEmail));
  Peer client = guest("email:anna@example.org");
  // bert@example.org
  const std::string said = ask(client, "b AUTHENTICATE EXTERNAL YmVydEBleGFtcGxlLm9yZw==");
  EXPECT_NE(said.find("b NO [AUTHENTICATIONFAILED]"), std::string::npos) << said;
  EXPECT_TRUE(sim_->dialer.backends.empty());
}

TEST_F(CertificateLogin, a_certificate_without_such_a_name_lets_nobody_in) {
  begin(ClientCertificateMode::Optional, by_certificate(CertificateName::SanUri));
  Peer client = guest("email:anna@example.org");
  const std::string said = ask(client, "b AUTHENTICATE EXTERNAL =");
  EXPECT_NE(said.find("b NO [AUTHENTICATIONFAILED]"), std::string::npos) << said;
}

TEST_F(CertificateLogin, of_another_domain_than_the_providers_is_nobody_it_knows) {
  config::Provider provider = by_certificate(CertificateName::SanEmail);
  provider.domains = {"example.com"};
  begin(ClientCertificateMode::Optional, provider);
  Peer client = guest("email:anna@example.org");
  const std::string said = ask(client, "b AUTHENTICATE EXTERNAL =");
  EXPECT_NE(said.find("b NO [AUTHENTICATIONFAILED]"), std::string::npos) << said;
}

TEST_F(CertificateLogin, asks_nobody) {
  begin(ClientCertificateMode::Optional, by_certificate(CertificateName::SanEmail));
  Peer client = guest("email:anna@example.org");
  (void)ask(client, "b AUTHENTICATE EXTERNAL =");
  EXPECT_TRUE(asker_.questions.empty());
}

TEST_F(CertificateLogin, an_auth_service_is_told_what_nginx_tells) {
  begin(ClientCertificateMode::Optional, by_service());
  Peer client = guest("email:anna@example.org");
  (void)ask(client, "b AUTHENTICATE EXTERNAL YW5uYQ==");
  ASSERT_EQ(asker_.questions.size(), 1U);
  EXPECT_EQ(asker_.questions[0].user, "anna");
  EXPECT_EQ(told().verification, "SUCCESS");
  EXPECT_EQ(told().subject, "CN=Anna");
  EXPECT_EQ(told().issuer, "CN=Staff");
  EXPECT_FALSE(told().serial.empty());
  EXPECT_EQ(told().fingerprint.size(), 40U);
  EXPECT_EQ(told().certificate_pem, "") << "only where it is to be sent";
}

TEST_F(CertificateLogin, an_auth_service_is_given_the_certificate_where_that_is_written) {
  begin(ClientCertificateMode::Optional, by_service(true));
  Peer client = guest("email:anna@example.org");
  (void)ask(client, "b LOGIN anna secret");
  EXPECT_TRUE(told().certificate_pem.starts_with("-----BEGIN CERTIFICATE-----\n"));
}

TEST_F(CertificateLogin, an_auth_service_hears_that_none_was_shown) {
  begin(ClientCertificateMode::Optional, by_service(true));
  Peer client = guest("");
  (void)ask(client, "b LOGIN anna secret");
  EXPECT_EQ(told().verification, "NONE");
  EXPECT_EQ(told().subject, "");
  EXPECT_EQ(told().certificate_pem, "");
}

TEST_F(CertificateLogin, an_auth_service_hears_nothing_where_none_is_asked_for) {
  begin(ClientCertificateMode::None, by_service(true));
  Peer client = guest("email:anna@example.org");
  (void)ask(client, "b LOGIN anna secret");
  EXPECT_EQ(told().verification, "");
  EXPECT_EQ(told().certificate_pem, "");
}

TEST_F(CertificateLogin, who_came_in_clear_around_a_required_one_logs_in_by_nothing) {
  begin(ClientCertificateMode::Required, by_service(), config::ListenerTls::StartTls);
  Peer client = sim_->connect();  // the tenant allows logins in clear
  (void)client.hear();
  EXPECT_NE(ask(client, "a CAPABILITY").find("LOGINDISABLED"), std::string::npos);
  EXPECT_EQ(ask(client, "b LOGIN anna secret").find("b OK"), std::string::npos);
  EXPECT_TRUE(asker_.questions.empty());
}

TEST_F(CertificateLogin, starttls_asks_for_a_certificate_as_implicit_tls_does) {
  begin(ClientCertificateMode::Required, by_service(), config::ListenerTls::StartTls);
  Peer client = sim_->connect();
  (void)client.hear();
  (void)ask(client, "a STARTTLS");
  ASSERT_TRUE(come(client, "email:anna@example.org"));
  EXPECT_NE(ask(client, "b CAPABILITY").find("AUTH=EXTERNAL"), std::string::npos);
}

}  // namespace
}  // namespace postern::session::test
