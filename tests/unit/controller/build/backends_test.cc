#include <gtest/gtest.h>

#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

Scene with_backend(const model::BackendSpec& backend, std::vector<model::Object> others = rest()) {
  return scene_of(mk_server().backend(backend), std::move(others));
}

std::vector<model::Object> rest_and(std::vector<model::Object> more) {
  std::vector<model::Object> out = rest();
  for (model::Object& object : more) out.push_back(std::move(object));
  return out;
}

TEST(Backends, take_the_implicit_tls_port) {
  const Scene scene = scene_of(working());
  ASSERT_EQ(scene.backend()->ports.size(), 1U);
  EXPECT_EQ(scene.backend()->ports[0].tls, config::BackendTlsMode::Implicit);
  EXPECT_EQ(scene.endpoints()->endpoints[0].port(Protocol::Imap), 993);
}

TEST(Backends, expect_hostnames_then_names_of_the_service) {
  const Scene scene =
      scene_of(working().hostnames({"mail.example.com", "*.example.com", "imap.example.com"}));
  EXPECT_EQ(scene.backend()->tls.server_names,
            (Words{"mail.example.com", "imap.example.com", "dovecot.mail", "dovecot.mail.svc",
                   "dovecot.mail.svc.cluster.local"}));
}

TEST(Backends, expect_written_names_instead) {
  auto backend = mk_service_backend("mailbox");
  backend.tls.server_names = {"inside.example"};
  EXPECT_EQ(with_backend(backend).backend()->tls.server_names, Words{"inside.example"});
}

TEST(Backends, have_the_seed_that_placement_publishes) {
  auto server = mk_server("mail/hosting").backend(mk_service_backend("store"));
  const Scene scene = scene_of(server, rest(), {.class_name = "default"});
  EXPECT_EQ(hex(scene.backend("mail/hosting/store")->seed), "d55cb9c56a6f52b90d9342ed03ac9409");
}

TEST(Backends, of_a_stateful_set_declare_their_members_and_never_stand_in) {
  const Scene scene = with_backend(mk_stateful_backend("mailbox", 3));
  EXPECT_EQ(scene.backend()->declared_members, (Words{"dovecot-0", "dovecot-1", "dovecot-2"}));
  EXPECT_EQ(scene.backend()->on_unavailable, config::OnUnavailable::TemporaryFailure);
}

TEST(Backends, of_addresses_declare_their_names_and_stand_in) {
  const Scene scene =
      with_backend(mk_address_backend("mailbox", {{"b", "10.0.0.2"}, {"a", "10.0.0.1"}}));
  EXPECT_EQ(scene.backend()->declared_members, (Words{"b", "a"}));
  EXPECT_EQ(scene.backend()->on_unavailable, config::OnUnavailable::NextMember);
}

TEST(Backends, of_a_service_declare_nobody) {
  EXPECT_TRUE(scene_of(working()).backend()->declared_members.empty());
}

TEST(Backends, do_as_is_written_when_a_member_is_away) {
  auto backend = mk_service_backend("mailbox");
  backend.members.balancing.on_unavailable = "TemporaryFailure";
  EXPECT_EQ(with_backend(backend).backend()->on_unavailable,
            config::OnUnavailable::TemporaryFailure);
}

TEST(Backends, trust_the_system_and_the_ca_beside_the_certificate) {
  auto secret = mk_tls_secret("mail/mail-tls", {"mail.example.com"});
  secret.data.emplace("ca.crt", SharedSecret(kPem));
  const Scene scene = scene_of(working(), rest_and({secret}));
  EXPECT_TRUE(scene.backend()->tls.system_trust);
  EXPECT_EQ(scene.backend()->tls.trust, Words{"mail/mail-tls#ca.crt"});
  const auto* material = scene.find<config::SecretMaterial>("mail/mail-tls#ca.crt");
  ASSERT_NE(material, nullptr);
  EXPECT_EQ(std::get<config::TrustBundle>(*material).ca_pem.text(), kPem);
}

TEST(Backends, trust_only_the_authorities_that_are_written) {
  auto backend = mk_service_backend("mailbox");
  backend.tls.ca_certificate_refs = {{"ConfigMap", "ca", "mail", "ca.crt"},
                                     {"Secret", "ca", "mail", "ca.crt"}};
  const Scene scene = with_backend(backend, rest_and({mk_config_map("mail/ca", "ca.crt", kPem),
                                                      mk_secret("mail/ca", "ca.crt", kPem)}));
  EXPECT_EQ(scene.problems(), Words{});
  EXPECT_FALSE(scene.backend()->tls.system_trust);
  EXPECT_EQ(scene.backend()->tls.trust, (Words{"mail/ConfigMap/ca#ca.crt", "mail/ca#ca.crt"}));
}

TEST(Backends, whose_authorities_are_missing_are_never_reached) {
  auto backend = mk_service_backend("mailbox");
  backend.tls.ca_certificate_refs = {{"Secret", "ca", "mail", "ca.crt"}};
  const Scene missing = with_backend(backend);
  EXPECT_EQ(missing.problems(), Words{"SecretNotFound spec.backends[0].tls.caCertificateRefs[0]"});
  EXPECT_TRUE(missing.endpoints()->endpoints.empty());
  const Scene empty = with_backend(backend, rest_and({mk_secret("mail/ca", "ca.crt", "")}));
  EXPECT_EQ(empty.problems(),
            Words{"InvalidCertificate spec.backends[0].tls.caCertificateRefs[0]"});
  EXPECT_TRUE(empty.endpoints()->endpoints.empty());
}

TEST(Backends, whose_service_is_missing_keep_their_place_in_routing) {
  const Scene scene = scene_of(mk_server()
                                   .backend(mk_service_backend("mailbox", "missing"))
                                   .backend(mk_service_backend("other")));
  EXPECT_EQ(scene.problems(), Words{"ServiceNotFound spec.backends[0].service"});
  EXPECT_EQ(scene.server()->protocols[0].backends,
            (Words{"mail/example/mailbox", "mail/example/other"}));
  EXPECT_TRUE(scene.endpoints()->endpoints.empty());
}

TEST(Backends, without_a_port_for_the_protocol_do_not_have_it) {
  const Scene scene = scene_of(
      mk_server().backend(mk_service_backend("web", "web")).backend(mk_service_backend("mailbox")),
      rest_and({mk_service("mail/web", {mk_port("http", 80)})}));
  EXPECT_EQ(scene.problems(), Words{});
  EXPECT_EQ(scene.backend("mail/example/web"), nullptr);
  EXPECT_EQ(scene.server()->protocols[0].backends, Words{"mail/example/mailbox"});
}

TEST(Backends, with_a_written_port_that_the_service_lacks_are_never_reached) {
  auto backend = mk_service_backend("mailbox");
  model::BackendPortSpec port;
  port.port = 10993;
  backend.ports = {port};
  const Scene scene = with_backend(backend);
  EXPECT_EQ(scene.problems(), Words{"PortNotFound spec.backends[0].ports[0]"});
  EXPECT_TRUE(scene.endpoints()->endpoints.empty());
  EXPECT_EQ(scene.server()->protocols[0].backends, Words{"mail/example/mailbox"});
}

TEST(Backends, written_ports_say_how_to_speak_there) {
  auto backend = mk_service_backend("mailbox");
  model::BackendPortSpec port;
  port.port = 143;
  port.tls = "Disabled";
  port.client_info = "ProxyV2";
  port.login.emplace().mechanism = "LOGIN";
  backend.ports = {port};
  const Scene scene = with_backend(backend);
  EXPECT_EQ(scene.problems(), Words{"BackendPlaintext spec.backends[0].ports[0].tls"});
  const config::BackendPort& built = scene.backend()->ports[0];
  EXPECT_EQ(built.tls, config::BackendTlsMode::Disabled);
  EXPECT_EQ(built.client_info, config::ClientInfo::ProxyV2);
  EXPECT_EQ(built.password_mechanism, config::PasswordMechanism::Login);
  EXPECT_EQ(scene.endpoints()->endpoints[0].port(Protocol::Imap), 143);
}

TEST(Backends, in_clear_text_and_unverified_are_insecure) {
  auto clear = mk_service_backend("mailbox");
  clear.tls.mode = "Disabled";
  EXPECT_EQ(with_backend(clear).problems(), Words{"BackendPlaintext spec.backends[0].tls.mode"});
  auto unverified = mk_service_backend("mailbox");
  unverified.tls.verification = "None";
  const Scene scene = with_backend(unverified);
  EXPECT_EQ(scene.problems(), Words{"BackendUnverified spec.backends[0].tls.verification"});
  EXPECT_EQ(scene.built.problems[0].severity, model::Severity::Warning);
}

TEST(Backends, that_nobody_could_verify_are_never_reached) {
  const Scene scene = scene_of(mk_server()
                                   .hostnames({"*.example.com"})
                                   .backend(mk_address_backend("mailbox", {{"a", "10.0.0.1"}})),
                               {mk_tls_secret("mail/mail-tls", {"*.example.com"})});
  EXPECT_EQ(scene.problems(), Words{"InvalidField spec.backends[0].tls.serverNames"});
  EXPECT_TRUE(scene.endpoints()->endpoints.empty());
}

TEST(Backends, present_a_client_certificate) {
  auto backend = mk_service_backend("mailbox");
  backend.tls.client_certificate_ref = model::ObjectRef{"proxy", "mail"};
  const Scene scene = with_backend(backend, rest_and({mk_tls_secret("mail/proxy", {})}));
  EXPECT_EQ(scene.backend()->tls.client_key_pair, "mail/proxy");
  EXPECT_NE(scene.find<config::SecretMaterial>("mail/proxy"), nullptr);
  EXPECT_EQ(with_backend(backend).problems(),
            Words{"SecretNotFound spec.backends[0].tls.clientCertificateRef"});
}

TEST(Backends, that_need_what_is_not_built_are_never_reached) {
  auto zimbra = mk_service_backend("mailbox");
  zimbra.client_info = "Zimbra";
  EXPECT_EQ(with_backend(zimbra).problems(), Words{"NotSupportedYet spec.backends[0].clientInfo"});
  EXPECT_TRUE(with_backend(zimbra).endpoints()->endpoints.empty());
  auto scram = mk_service_backend("mailbox");
  scram.login.mechanism = "SCRAM-SHA-256";
  EXPECT_EQ(with_backend(scram).problems(),
            Words{"NotSupportedYet spec.backends[0].login.mechanism"});
  auto smtp = mk_service_backend("mailbox");
  smtp.login.method = "XClient";
  EXPECT_EQ(with_backend(smtp).problems(), Words{"NotSupportedYet spec.backends[0].login.method"});
}

}  // namespace
}  // namespace postern::build
