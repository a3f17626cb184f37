// Certificates of clients: what a proxy is told to ask for, who may log in by them, and which ways
// around them are closed.
#include <gtest/gtest.h>

#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

model::SecretObject bundle(const std::string& name, const std::string& key,
                           const std::string& block) {
  model::SecretObject secret;
  secret.meta.key = {"Secret", "mail", name};
  secret.data[key] =
      SharedSecret("-----BEGIN " + block + "-----\nx\n-----END " + block + "-----\n");
  return secret;
}

std::vector<model::Object> with_bundles() {
  std::vector<model::Object> out = rest();
  out.emplace_back(bundle("staff-ca", "ca.crt", "CERTIFICATE"));
  out.emplace_back(bundle("revoked", "ca.crl", "X509 CRL"));
  return out;
}

model::ClientCertificatesSpec asked(const std::string& mode = "Optional") {
  model::ClientCertificatesSpec spec;
  spec.mode = mode;
  spec.ca_certificate_refs = {{"Secret", "staff-ca", "mail", "ca.crt"}};
  return spec;
}

model::MailServer server_with(model::ClientCertificatesSpec spec) {
  return working().with(
      [&](model::MailServer& server) { server.tls->client_certificates = std::move(spec); });
}

void log_in_by_certificate(model::MailServer& server) {
  model::ProviderSpec own;
  own.name = "own";
  own.kind = model::CertificateProviderSpec{"SANURI"};
  server.providers = {own};
}

TEST(ClientCertificates, tell_a_proxy_whom_to_ask_and_which_lists_count) {
  model::ClientCertificatesSpec spec = asked("Required");
  spec.crl_refs = {{"Secret", "revoked", "mail", "ca.crl"}};
  spec.max_depth = 5;
  spec.ca_names = "Omit";
  const Scene scene = scene_of(server_with(spec), with_bundles());
  EXPECT_EQ(scene.problems(), Words{});
  EXPECT_EQ(scene.server()->tls.client_certificates,
            (config::ClientCertificates{config::ClientCertificateMode::Required,
                                        {"mail/staff-ca#ca.crt"},
                                        {"mail/revoked#ca.crl"},
                                        5,
                                        false}));
  EXPECT_NE(scene.find<config::SecretMaterial>("mail/revoked#ca.crl"), nullptr);
}

TEST(ClientCertificates, are_for_proxies_that_know_of_them) {
  const Scene scene = scene_of(server_with(asked()), with_bundles());
  for (const config::Resource& resource : scene.built.resources) {
    if (resource.name != "mail/example") continue;
    EXPECT_EQ(resource.required_features, Words{"client-certificates"});
    EXPECT_EQ(resource.on_unsupported, config::OnUnsupported::DropServer);
  }
}

TEST(ClientCertificates, close_the_port_while_an_authority_or_a_list_is_missing) {
  const Scene lost = scene_of(server_with(asked()));
  EXPECT_EQ(lost.problems(),
            (Words{"SecretNotFound spec.tls.clientCertificates.caCertificateRefs[0]",
                   "NoListeners spec.protocols"}));
  model::ClientCertificatesSpec spec = asked();
  spec.crl_refs = {{"Secret", "staff-ca", "mail", "ca.crt"}};
  const Scene none = scene_of(server_with(spec), with_bundles());
  EXPECT_EQ(none.problems(), (Words{"InvalidCertificate spec.tls.clientCertificates.crlRefs[0]",
                                    "NoListeners spec.protocols"}));
}

TEST(ClientCertificates, that_are_required_close_listeners_that_let_people_in_without) {
  model::MailServer server = server_with(asked("Required"));
  server.protocols[0].listeners.clear();
  for (const auto& [port, tls, plaintext] :
       {std::tuple{993, "Implicit", "Refuse"}, std::tuple{143, "StartTLS", "Allow"},
        std::tuple{1143, "Disabled", "Allow"}, std::tuple{2143, "StartTLS", "Refuse"}}) {
    model::ListenerSpec listener;
    listener.port = static_cast<std::uint16_t>(port);
    listener.tls = tls;
    listener.plaintext = plaintext;
    server.protocols[0].listeners.push_back(listener);
  }
  const Scene scene = scene_of(server, with_bundles());
  EXPECT_EQ(scene.problems(), (Words{"InvalidField spec.protocols.imap.listeners[1].plaintext",
                                     "InvalidField spec.protocols.imap.listeners[2].tls"}));
  for (const char* open : {"993", "2143"}) EXPECT_NE(scene.listener(open), nullptr) << open;
  for (const char* shut : {"143", "1143"}) EXPECT_EQ(scene.listener(shut), nullptr) << shut;
}

TEST(ClientCertificates, need_a_backend_that_wants_no_password) {
  model::MailServer server = server_with(asked());
  log_in_by_certificate(server);
  const Scene scene = scene_of(server, with_bundles());
  EXPECT_EQ(scene.problems(),
            (Words{"MechanismUnavailable spec.protocols.imap",
                   "MechanismUnavailable spec.protocols.imap", "NoListeners spec.protocols"}));
}

TEST(ClientCertificates, add_external_where_nobody_lists_mechanisms) {
  model::MailServer server = server_with(asked());
  log_in_by_certificate(server);
  server.backends[0].login.method = "ClientCertificate";
  const Scene scene = scene_of(server, with_bundles());
  ASSERT_NE(scene.server(), nullptr);
  EXPECT_EQ(scene.server()->protocols[0].mechanisms, MechanismSet{Mechanism::External});
  const auto* provider = scene.find<config::Provider>("mail/example/own");
  ASSERT_NE(provider, nullptr);
  EXPECT_EQ(std::get<config::CertificateProvider>(provider->kind).name_from,
            config::CertificateName::SanUri);
  EXPECT_EQ(provider->mechanisms, MechanismSet{Mechanism::External});
}

}  // namespace
}  // namespace postern::build
