#include <gtest/gtest.h>

#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

using namespace std::chrono_literals;

model::ProtocolSpec imap_with(std::vector<std::string> mechanisms) {
  model::ProtocolSpec imap = mk_imap();
  imap.mechanisms = std::move(mechanisms);
  return imap;
}

TEST(Servers, offer_plain_and_login_when_the_backend_decides) {
  EXPECT_EQ(scene_of(working()).server()->protocols[0].mechanisms,
            (MechanismSet{Mechanism::Plain, Mechanism::Login}));
}

TEST(Servers, offer_what_is_written) {
  EXPECT_EQ(scene_of(working().imap(imap_with({"PLAIN"}))).server()->protocols[0].mechanisms,
            MechanismSet{Mechanism::Plain});
}

TEST(Servers, refuse_mechanisms_that_no_provider_can_check) {
  for (const char* name : {"CRAM-MD5", "EXTERNAL", "XOAUTH2", "OAUTHBEARER", "SCRAM-SHA-256"}) {
    const Scene scene = scene_of(working().imap(imap_with({"PLAIN", name})));
    ASSERT_EQ(scene.problems(), Words{"MechanismUnavailable spec.protocols.imap.mechanisms[1]"});
    EXPECT_EQ(scene.built.problems[0].message,
              std::string("no provider can check ") + name + ": leave it out");
    EXPECT_EQ(scene.server()->protocols[0].mechanisms, MechanismSet{Mechanism::Plain});
  }
}

TEST(Servers, do_not_serve_a_protocol_that_nobody_could_log_in_to) {
  const Scene scene = scene_of(working().imap(imap_with({"CRAM-MD5"})));
  EXPECT_EQ(scene.problems(),
            (Words{"MechanismUnavailable spec.protocols.imap.mechanisms[0]",
                   "MechanismUnavailable spec.protocols.imap", "NoListeners spec.protocols"}));
  EXPECT_EQ(scene.server(), nullptr);
}

TEST(Servers, offer_what_the_provider_says_it_can_check) {
  const Scene scene = scene_of(working().with([](model::MailServer& server) {
    server.providers.emplace_back().kind = model::BackendProviderSpec{{"PLAIN", "XOAUTH2"}};
  }));
  EXPECT_EQ(scene.server()->protocols[0].mechanisms,
            (MechanismSet{Mechanism::Plain, Mechanism::XOAuth2}));
  EXPECT_TRUE(scene.problems().empty());
  EXPECT_EQ(scene.server()->providers, Words{"mail/example/"}) << "a token is not for every proxy";
}

TEST(Servers, do_not_serve_a_protocol_that_no_backend_has) {
  std::vector<model::Object> objects = rest();
  objects.push_back(mk_service("mail/web", {mk_port("http", 80)}));
  const Scene scene = scene_of(mk_server().backend(mk_service_backend("mailbox", "web")), objects);
  EXPECT_EQ(scene.problems(),
            (Words{"PortNotFound spec.protocols.imap", "NoListeners spec.protocols"}));
}

TEST(Servers, say_the_first_hostname_that_is_not_a_wildcard) {
  EXPECT_EQ(
      scene_of(working().hostnames({"*.example.com", "mail.example.com"})).server()->server_name,
      "mail.example.com");
  EXPECT_EQ(scene_of(working().with([](model::MailServer& server) {
              server.server_name = "gate.example.com";
            }))
                .server()
                ->server_name,
            "gate.example.com");
}

TEST(Servers, have_the_limits_that_are_written_and_the_defaults_else) {
  const Scene scene = scene_of(working().with([](model::MailServer& server) {
    server.limits.max_connections_per_source = 7;
    server.limits.max_command_bytes = 512;
    server.login_protection.max_failures_per_session = 5;
  }));
  config::ServerLimits expected;
  expected.max_connections_per_source = 7;
  expected.max_command_octets = 512;
  expected.max_failures_per_session = 5;
  EXPECT_EQ(scene.server()->limits, expected);
}

TEST(Servers, have_the_time_limits_that_are_written_and_the_defaults_else) {
  const Scene scene = scene_of(working().with([](model::MailServer& server) {
    server.timeouts.idle = 24h;
    server.login_protection.failure_delay = Duration{0};
  }));
  config::ServerTimeouts expected;
  expected.idle = 24h;
  expected.failure_delay = Duration{0};
  EXPECT_EQ(scene.server()->timeouts, expected);
}

TEST(Servers, carry_tls_settings_capabilities_and_logging) {
  model::ProtocolSpec imap = mk_imap();
  imap.capabilities = {"List", {"IMAP4rev1", "IDLE"}, {}};
  imap.greeting = "welcome";
  const Scene scene = scene_of(working().imap(imap).with([](model::MailServer& server) {
    server.tls->cipher_preference = "Server";
    server.tls->unknown_names = "Reject";
    server.tls->resumption_mode = "Disabled";
    server.tls->min_version = "TLSv1.3";
    server.logging = {"Debug", "Failures"};
  }));
  const config::Server& built = *scene.server();
  EXPECT_EQ(built.protocols[0].capability_source, config::CapabilitySource::List);
  EXPECT_EQ(built.protocols[0].capabilities, (Words{"IMAP4rev1", "IDLE"}));
  EXPECT_EQ(built.protocols[0].greeting, "welcome");
  EXPECT_EQ(built.tls.cipher_preference, config::CipherPreference::Server);
  EXPECT_EQ(built.tls.unknown_names, config::UnknownNames::Reject);
  EXPECT_EQ(built.tls.resumption, config::ResumptionMode::Disabled);
  EXPECT_EQ(built.tls.min_version, config::TlsVersion::Tls13);
  EXPECT_EQ(built.log_level, config::LogLevel::Debug);
  EXPECT_EQ(built.session_logging, config::SessionLogging::Failures);
}

}  // namespace
}  // namespace postern::build
