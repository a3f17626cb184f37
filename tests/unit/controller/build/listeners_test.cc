#include <gtest/gtest.h>

#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

MkServer company_of(const std::string& ns, std::vector<std::string> hostnames,
                    const std::string& created) {
  return mk_server(ns + "/mail")
      .hostnames(std::move(hostnames))
      .created(created)
      .backend(mk_service_backend("mailbox", "dovecot", ns));
}

Scene companies(std::vector<MkServer> servers) {
  std::vector<model::Object> objects;
  for (const char* ns : {"acme", "bolt"}) {
    const std::string in = std::string(ns) + "/";
    objects.push_back(mk_tls_secret(in + "mail-tls", {"mail.acme.example", "mail.bolt.example"}));
    objects.push_back(mk_service(in + "dovecot", {mk_port("imaps", 993)}));
  }
  for (const MkServer& server : servers) objects.push_back(model::MailServer(server));
  return Scene(std::move(objects));
}

constexpr auto kOlder = "2026-01-01T00:00:00Z";
constexpr auto kYounger = "2026-02-01T00:00:00Z";

TEST(Listeners, are_shared_oldest_first) {
  const Scene scene = companies({company_of("acme", {"mail.acme.example"}, kYounger),
                                 company_of("bolt", {"mail.bolt.example"}, kOlder)});
  const config::Listener* listener = scene.listener("993");
  ASSERT_EQ(listener->tenants.size(), 2U);
  EXPECT_EQ(listener->tenants[0].server, "bolt/mail");
  EXPECT_EQ(listener->tenants[1].server, "acme/mail");
  EXPECT_EQ(scene.problems(), Words{});
}

TEST(Listeners, younger_one_of_another_tls_is_off) {
  const Scene scene = companies(
      {company_of("acme", {"mail.acme.example"}, kOlder),
       company_of("bolt", {"mail.bolt.example"}, kYounger)
           .imap(mk_imap({mk_listener(993, "StartTLS"), mk_listener(1993, "Implicit")}))});
  EXPECT_EQ(scene.problems(), Words{"ProtocolConflict spec.protocols.imap.listeners[0]"});
  EXPECT_EQ(scene.built.problems[0].object.path(), "bolt/mail");
  EXPECT_EQ(scene.listener("993")->tenants.size(), 1U);
  EXPECT_EQ(scene.listener("1993")->tenants[0].server, "bolt/mail");
}

TEST(Listeners, conflict_does_not_name_the_owner) {
  const Scene scene =
      companies({company_of("acme", {"mail.acme.example"}, kOlder),
                 company_of("bolt", {"mail.acme.example", "mail.bolt.example"}, kYounger)});
  for (const model::Problem& problem : scene.built.problems) {
    EXPECT_EQ(problem.message.find("acme/"), std::string::npos) << problem.message;
  }
}

TEST(Listeners, younger_loses_the_hostname_and_keeps_the_rest) {
  const Scene scene =
      companies({company_of("acme", {"mail.acme.example"}, kOlder),
                 company_of("bolt", {"mail.acme.example", "mail.bolt.example"}, kYounger)});
  EXPECT_EQ(scene.problems(),
            (Words{"HostnameConflict spec.hostnames[0]", "HostnameConflict spec.hostnames[0]"}));
  EXPECT_EQ(scene.listener("993")->tenants[1].hostnames, Words{"mail.bolt.example"});
}

TEST(Listeners, server_that_lost_every_hostname_is_no_tenant) {
  const Scene scene = companies({company_of("acme", {"mail.acme.example"}, kOlder),
                                 company_of("bolt", {"mail.acme.example"}, kYounger)});
  EXPECT_EQ(scene.problems().back(), "NoListeners spec.protocols");
  EXPECT_EQ(scene.listener("993")->tenants.size(), 1U);
  EXPECT_EQ(scene.server("bolt/mail"), nullptr);
}

TEST(Listeners, same_hostname_on_other_ports_is_no_conflict) {
  const Scene scene = companies({company_of("acme", {"mail.acme.example"}, kOlder)
                                     .imap(mk_imap({mk_listener(993, "Implicit")})),
                                 company_of("bolt", {"mail.acme.example"}, kYounger)
                                     .imap(mk_imap({mk_listener(143, "StartTLS")}))});
  EXPECT_EQ(scene.problems(), Words{});
}

TEST(Listeners, without_timestamps_go_by_path) {
  const Scene scene = companies({company_of("bolt", {"mail.bolt.example"}, ""),
                                 company_of("acme", {"mail.acme.example"}, "")});
  EXPECT_EQ(scene.listener("993")->tenants[0].server, "acme/mail");
}

TEST(Listeners, login_in_clear_is_insecure) {
  const Scene scene = scene_of(working().imap(mk_imap({mk_listener(143, "StartTLS", "Allow")})));
  EXPECT_EQ(scene.problems(), Words{"PlaintextLogin spec.protocols.imap.listeners[0].plaintext"});
  EXPECT_EQ(scene.built.problems[0].severity, model::Severity::Warning);
  EXPECT_EQ(scene.listener("143")->tenants[0].plaintext, config::Plaintext::Allow);
}

TEST(Listeners, without_tls_need_no_certificate) {
  auto server = working().imap(mk_imap({mk_listener(143, "Disabled", "Allow")}));
  const Scene scene = scene_of(server.with([](model::MailServer& spec) { spec.tls.reset(); }));
  EXPECT_EQ(scene.listener("143")->tls, config::ListenerTls::Disabled);
  EXPECT_TRUE(scene.server()->tls.key_pairs.empty());
}

TEST(Listeners, that_need_a_certificate_are_off_without_one_and_the_others_serve) {
  const Scene scene = scene_of(
      working()
          .imap(mk_imap({mk_listener(143, "Disabled", "Allow"), mk_listener(993, "Implicit")}))
          .certificate("missing"));
  EXPECT_EQ(scene.problems()[0], "SecretNotFound spec.tls.certificateRefs[0]");
  EXPECT_NE(scene.listener("143"), nullptr);
  EXPECT_EQ(scene.listener("993"), nullptr);
}

TEST(Listeners, carry_their_own_bound_of_connections) {
  model::ListenerSpec bounded = mk_listener(993, "Implicit");
  bounded.max_connections = 50;
  EXPECT_EQ(
      scene_of(working().imap(mk_imap({bounded}))).listener("993")->tenants[0].max_connections,
      50U);
}

}  // namespace
}  // namespace postern::build
