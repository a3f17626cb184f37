// The octets of a resource are its version: if they change, every proxy is sent everything once.
// So they are kept in files. POSTERN_REWRITE=1 writes them anew, for a change that is meant.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "common/base/digest.h"
#include "common/wire/enum_tables.h"
#include "common/wire/snapshot_codec.h"
#include "tests/support/source_dir.h"

namespace postern::wire {
namespace {

config::Resource mk_resource(config::ResourceBody body) {
  return {"mail/example", "", {{"MailServer", "mail", "example", "uid-1", 3}}, std::move(body)};
}

config::Backend golden_backend() {
  config::Backend backend;
  backend.name = "dovecot";
  backend.ports = {{Protocol::Imap, config::BackendTlsMode::StartTls, config::ClientInfo::Native,
                    config::PasswordMechanism::Plain}};
  backend.tls.trust = {"mail/ca"};
  backend.tls.server_names = {"dovecot.mail.svc"};
  backend.declared_members = {"dovecot-0", "dovecot-1"};
  for (std::size_t i = 0; i < backend.seed.size(); ++i) {
    backend.seed[i] = static_cast<std::uint8_t>(i);
  }
  return backend;
}

config::EndpointSet golden_endpoints() {
  return {{{"dovecot-0", *IpAddress::parse("192.0.2.1"), {{Protocol::Imap, 143}}},
           {"dovecot-1",
            *IpAddress::parse("2001:db8::1"),
            {{Protocol::Imap, 143}},
            config::EndpointState::NotReady,
            2}}};
}

config::Server golden_server() {
  config::Server server;
  server.server_name = "mail.example.org";
  server.tls.key_pairs = {"mail/example-tls"};
  server.protocols.push_back({Protocol::Imap,
                              {Mechanism::Plain, Mechanism::OAuthBearer},
                              config::CapabilitySource::List,
                              {"IMAP4rev1"},
                              {"NOTIFY"},
                              "hello",
                              {"mail/example/dovecot"}});
  return server;
}

config::Provider golden_provider() {
  config::HttpProvider http;
  http.service.host = "auth.mail.svc";
  http.service.port = 9443;
  http.service.target = "/auth?zone=1";
  http.service.addresses = {ServerAddress{*SocketAddress::parse("192.0.2.9:9443")},
                            ServerAddress{*SocketAddress::parse("[2001:db8::9]:9443")}};
  http.service.tls.trust = {"mail/ca#ca.crt"};
  http.service.tls.server_names = {"auth.mail.svc"};
  http.service.headers = {{"X-Zone", "1", ""}, {"X-Key", "", "mail/auth-key#key"}};
  http.style = config::AuthStyle::AuthHttp;
  config::Provider provider;
  provider.name = "accounts";
  provider.domains = {"example.org"};
  provider.mechanisms = {Mechanism::Plain, Mechanism::CramMd5};
  provider.cache = {std::chrono::seconds(300), std::chrono::seconds(10)};
  provider.kind = http;
  return provider;
}

std::string wrapped(const std::string& digits) {
  std::string lines;
  for (std::size_t at = 0; at < digits.size(); at += 64) lines += digits.substr(at, 64) + "\n";
  return lines;
}

void expect_same_octets(const std::string& name, const std::string& version,
                        const pb::Resource& message) {
  const std::string path =
      std::string(postern::test::kSourceDir) + "/tests/golden/wire/" + name + ".hex";
  const std::string octets =
      "version " + version + "\n" + wrapped(hex(message.SerializeAsString()));
  if (std::getenv("POSTERN_REWRITE")) std::ofstream(path) << octets;
  std::ostringstream kept;
  kept << std::ifstream(path).rdbuf();
  EXPECT_EQ(octets, kept.str()) << path;
}

void expect_golden(const std::string& name, config::Resource resource) {
  resource.version = version_of(resource);
  pb::Resource message;
  encode(resource, message);
  expect_same_octets(name, resource.version, message);
}

TEST(GoldenOctets, of_a_key_pair_stay) {
  expect_golden("key_pair",
                mk_resource(config::KeyPair{
                    "chain", SharedSecret("key"), {"mail.example.org"}, 1'800'000'000}));
}
TEST(GoldenOctets, of_a_trust_bundle_stay) {
  expect_golden("trust_bundle", mk_resource(config::TrustBundle{"authority"}));
}
TEST(GoldenOctets, of_a_backend_stay) { expect_golden("backend", mk_resource(golden_backend())); }
TEST(GoldenOctets, of_endpoints_stay) {
  expect_golden("endpoints", mk_resource(golden_endpoints()));
}
TEST(GoldenOctets, of_a_server_stay) { expect_golden("server", mk_resource(golden_server())); }
TEST(GoldenOctets, of_a_secret_text_stay) {
  expect_golden("secret_text", mk_resource(config::SecretText{SharedSecret("text")}));
}
TEST(GoldenOctets, of_credentials_stay) {
  expect_golden("credentials",
                mk_resource(config::Credentials{"master", SharedSecret("password")}));
}
TEST(GoldenOctets, of_a_backend_with_a_master_user_stay) {
  config::Backend backend = golden_backend();
  backend.ports[0].login = {config::LoginMethod::MasterUser, config::MasterForm::NameThenMaster,
                            '%', "mail/credentials/master"};
  config::Resource resource = mk_resource(backend);
  resource.required_features = {std::string(config::kBackendLogin)};
  expect_golden("backend_login", resource);
}
TEST(GoldenOctets, of_a_server_with_master_users_stay) {
  config::Server server = golden_server();
  server.master_users = {'*', {"admin@example.org"}};
  config::Resource resource = mk_resource(server);
  resource.required_features = {std::string(config::kMasterUsers)};
  expect_golden("server_master_users", resource);
}
TEST(GoldenOctets, of_a_provider_stay) {
  expect_golden("provider", mk_resource(golden_provider()));
}
TEST(GoldenOctets, of_a_provider_that_is_the_mail_pod_stay) {
  config::Provider provider;
  provider.name = "pod";
  provider.mechanisms = {Mechanism::Plain, Mechanism::Login};
  expect_golden("provider_backend", mk_resource(provider));
}
TEST(GoldenOctets, of_a_table_stay) {
  expect_golden("table", mk_resource(config::Table{{{"@example.org", "store", ""},
                                                    {"joe@example.org", "store", "dovecot-7"}}}));
}
TEST(GoldenOctets, of_a_server_with_providers_stay) {
  config::Server server = golden_server();
  server.providers = {"mail/example/accounts"};
  server.limits.max_connections_per_user = 40;
  server.protection.exempt = {*Network::parse("192.0.2.0/24")};
  config::Resource resource = mk_resource(server);
  resource.required_features = {"connections-per-user", "login-protection", "providers"};
  expect_golden("server_providers", resource);
}
TEST(GoldenOctets, of_a_server_that_asks_for_client_certificates_stay) {
  config::Server server = golden_server();
  server.tls.client_certificates = {config::ClientCertificateMode::Required,
                                    {"mail/ca#ca.crt"},
                                    {"mail/ConfigMap/revoked#ca.crl"},
                                    3,
                                    false};
  server.providers = {"mail/example/certificates"};
  config::Resource resource = mk_resource(server);
  resource.required_features = {"client-certificates", "providers"};
  expect_golden("server_client_certificates", resource);
}
TEST(GoldenOctets, of_a_provider_that_is_the_clients_certificate_stay) {
  config::Provider provider;
  provider.name = "certificates";
  provider.mechanisms = {Mechanism::External};
  provider.kind = config::CertificateProvider{config::CertificateName::SanUri};
  expect_golden("provider_certificate", mk_resource(provider));
}
TEST(GoldenOctets, of_a_server_with_domains_stay) {
  config::Server server = golden_server();
  server.limits.new_connections_per_minute_per_source = 60;
  server.domains = {"bolt-group.example", "bolt.example"};
  server.names = {"bolt.example", '+', true};
  config::Resource resource = mk_resource(server);
  resource.required_features = {"connection-rate", "domains", "user-names"};
  expect_golden("server_domains", resource);
}
TEST(GoldenOctets, of_a_server_with_a_byte_rate_stay) {
  config::Server server = golden_server();
  server.limits.bytes_per_second = 10'737'418'240;
  config::Resource resource = mk_resource(server);
  resource.required_features = {"byte-rate"};
  expect_golden("server_byte_rate", resource);
}
TEST(GoldenOctets, of_a_server_with_routing_stay) {
  config::Server server = golden_server();
  server.routing.tables = {{"mail/ConfigMap/moved#routes/routes", true}, {"", false}};
  server.routing.rules = {{"canary",
                           {{Protocol::Imap, Protocol::Pop3},
                            {143, 993},
                            {"*.example.org"},
                            {"example.org"},
                            {"joe@example.org"},
                            "j.*",
                            {*Network::parse("192.0.2.0/24")},
                            {"accounts"},
                            {{"tier", "gold"}}},
                           {{"mail/example/old", 95, ""}, {"mail/example/new", 5, "new-0"}}}};
  server.routing.seed[15] = 1;
  config::Resource resource = mk_resource(server);
  resource.required_features = {"routing"};
  expect_golden("server_routing", resource);
}
TEST(GoldenOctets, of_a_listener_behind_load_balancers_stay) {
  config::Listener listener{
      993, Protocol::Imap, config::ListenerTls::Implicit, {{"mail/example", {}}}};
  listener.proxy_protocol = {{*Network::parse("192.0.2.0/24")}, config::OtherPeers::Refuse, true};
  config::Resource resource = mk_resource(listener);
  resource.required_features = {"listener-proxy-protocol"};
  expect_golden("listener_proxy_protocol", resource);
}
TEST(GoldenOctets, of_a_listener_stay) {
  expect_golden("listener", mk_resource(config::Listener{993,
                                                         Protocol::Imap,
                                                         config::ListenerTls::Implicit,
                                                         {{"mail/example",
                                                           {"mail.example.org", "*.example.org"},
                                                           config::Plaintext::Refuse,
                                                           500}}}));
}
TEST(GoldenOctets, of_a_listener_with_addresses_of_its_own_stay) {
  config::Resource resource = mk_resource(
      config::Listener{993,
                       Protocol::Imap,
                       config::ListenerTls::Implicit,
                       {{"mail/example", {}}},
                       {*IpAddress::parse("192.0.2.1"), *IpAddress::parse("2001:db8::1")},
                       {.backlog = 4096, .ipv6_only = false}});
  resource.required_features = {"listener-addresses"};
  expect_golden("listener_addresses", resource);
}
TEST(GoldenOctets, of_a_delta_stay) {
  config::Resource base = mk_resource(golden_endpoints());
  base.version = version_of(base);
  config::Resource now = base;
  auto& endpoints = std::get<config::EndpointSet>(now.body).endpoints;
  endpoints.erase(endpoints.begin());
  endpoints.front().state = config::EndpointState::Ready;
  now.version = version_of(now);
  pb::Resource message;
  encode_delta(now, base, message);
  expect_same_octets("endpoints_delta", now.version, message);
}

}  // namespace
}  // namespace postern::wire
