#include "controller/decode/mail_server.h"

#include <gtest/gtest.h>

#include "tests/unit/controller/decode/documents.h"

namespace postern::decode {
namespace {

using model::MailServer;

TEST(MailServer, absent_fields_are_what_the_reference_says) {
  const auto server = decoded<MailServer>(mail_server_with(""));
  EXPECT_FALSE(server.protocols_written);
  ASSERT_EQ(server.protocols.size(), 1U);
  const model::ProtocolSpec& imap = server.protocols[0];
  ASSERT_EQ(imap.listeners.size(), 2U);
  EXPECT_EQ(imap.listeners[0].port, 143);
  EXPECT_EQ(imap.listeners[0].tls, "StartTLS");
  EXPECT_EQ(imap.listeners[1].port, 993);
  EXPECT_EQ(imap.listeners[1].tls, "Implicit");
  EXPECT_EQ(imap.listeners[1].plaintext, "Refuse");
  EXPECT_FALSE(imap.mechanisms);
  EXPECT_EQ(imap.capabilities.source, "Backends");
  EXPECT_TRUE(server.providers.empty());
  ASSERT_TRUE(server.tls);
  EXPECT_EQ(server.tls->min_version, "TLSv1.2");
  EXPECT_EQ(server.tls->certificate_refs.at(0).object_namespace, "mail");
  const model::BackendSpec& backend = server.backends.at(0);
  EXPECT_EQ(std::get<model::ServiceBackend>(backend.where).service.object_namespace, "mail");
  EXPECT_EQ(backend.tls.mode, "Required");
  EXPECT_EQ(backend.tls.verification, "Full");
  EXPECT_EQ(backend.login.method, "Password");
  EXPECT_EQ(backend.client_info, "Native");
  EXPECT_EQ(backend.retries, 2U);
  EXPECT_EQ(backend.pipelining, "Allowed");
  EXPECT_EQ(backend.login_errors, "Replace");
  EXPECT_FALSE(server.limits.max_connections);
  EXPECT_FALSE(server.timeouts.login);
}

TEST(MailServer, every_honoured_field_arrives) {
  const auto server = decoded<MailServer>(R"(apiVersion: postern.dev/v1alpha1
kind: MailServer
metadata: {name: full, creationTimestamp: 2026-01-01T00:00:00Z, generation: 7, uid: u-1}
spec:
  ingressClassName: mail
  hostnames: ['*.example.com', mail.example.com]
  serverName: imap.example.com
  protocols:
    imap:
      listeners: [{port: 1143, tls: StartTLS, plaintext: Allow, maxConnections: 9}, {port: 993}]
      mechanisms: [LOGIN]
      capabilities: {source: List, list: [IDLE, 'X A']}
      greeting: hello there
  tls:
    certificateRefs: [{name: a}, {name: b, namespace: default}]
    minVersion: TLSv1
    maxVersion: TLSv1.2
    cipherSuites: [ECDHE-RSA-AES128-GCM-SHA256]
    cipherPreference: Server
    groups: [P-256]
    unknownNames: Reject
    resumption: {mode: Cache, lifetime: 10m}
  authentication: {providers: [{name: pods, backend: {mechanisms: [PLAIN]}}]}
  backends:
  - name: sets
    statefulSet: {name: dovecot, members: 3}
    balancing: {onUnavailable: TemporaryFailure}
    ports: [{protocol: IMAP, port: 1993, tls: Implicit, login: {mechanism: LOGIN}, clientInfo: ProxyV1}]
    tls:
      mode: StartTLS
      caCertificateRefs: [{name: ca, kind: ConfigMap, key: root.pem}, {name: ca2}]
      serverNames: [dovecot.example]
      clientCertificateRef: {name: client}
      verification: CAOnly
    login: {mechanism: PLAIN}
    clientInfo: ProxyV2
    retries: 0
    pipelining: Disabled
    redirects: Refuse
    loginErrors: PassThrough
  - name: fixed
    addresses: [{name: one, address: 10.0.0.1}, {name: two, address: mail.local}]
  limits: {maxConnections: 1, maxConnectionsPerSource: 2, maxConnectionsBeforeLogin: 3,
    maxConnectionsPerUser: 8, maxCommandBytes: 512, maxErrors: 5, maxCommands: 6, maxReplyBytes: 700}
  timeouts: {tlsHandshake: 1s, login: 2s, backendConnect: 300ms, backendLogin: 4s, idle: 1m30s}
  loginProtection: {failureDelay: 0s, maxFailuresPerSession: 4, penalty: Disabled,
    samePassword: Count, perSource: {failures: 9, window: 10s, block: 11s},
    perUser: {failures: 12}, exemptCIDRs: [192.0.2.1/24, '2001:db8::/32']}
  logging: {level: Debug, sessions: Failures}
)");
  EXPECT_EQ(server.meta.key.path(), "default/full");
  EXPECT_EQ(server.meta.generation, 7);
  EXPECT_EQ(server.meta.creation_timestamp, "2026-01-01T00:00:00Z");
  EXPECT_EQ(server.ingress_class_name, "mail");
  EXPECT_EQ(server.server_name, "imap.example.com");
  const model::ProtocolSpec& imap = server.protocols.at(0);
  EXPECT_EQ(imap.listeners.at(0).plaintext, "Allow");
  EXPECT_EQ(imap.listeners.at(0).max_connections, 9U);
  EXPECT_EQ(imap.mechanisms, std::vector<std::string>{"LOGIN"});
  EXPECT_EQ(imap.capabilities.list, (std::vector<std::string>{"IDLE", "X A"}));
  EXPECT_EQ(imap.greeting, "hello there");
  EXPECT_EQ(server.tls->cipher_preference, "Server");
  EXPECT_EQ(server.tls->groups, std::vector<std::string>{"P-256"});
  EXPECT_EQ(server.tls->unknown_names, "Reject");
  EXPECT_EQ(server.tls->resumption_mode, "Cache");
  EXPECT_EQ(server.tls->resumption_lifetime, std::chrono::minutes(10));
  EXPECT_EQ(std::get<model::BackendProviderSpec>(server.providers.at(0).kind).mechanisms,
            std::vector<std::string>{"PLAIN"});
  const model::BackendSpec& sets = server.backends.at(0);
  const auto& set = std::get<model::StatefulSetBackend>(sets.where);
  EXPECT_EQ(set.service_name, "dovecot");
  EXPECT_EQ(set.members, 3U);
  EXPECT_EQ(sets.members.balancing.on_unavailable, "TemporaryFailure");
  EXPECT_EQ(sets.ports.at(0).port, 1993);
  EXPECT_EQ(sets.ports.at(0).login->mechanism, "LOGIN");
  EXPECT_EQ(sets.ports.at(0).client_info, "ProxyV1");
  EXPECT_EQ(sets.tls.ca_certificate_refs.at(0).kind, "ConfigMap");
  EXPECT_EQ(sets.tls.ca_certificate_refs.at(0).key, "root.pem");
  EXPECT_EQ(sets.tls.ca_certificate_refs.at(1).kind, "Secret");
  EXPECT_EQ(sets.tls.ca_certificate_refs.at(1).key, "ca.crt");
  EXPECT_EQ(sets.tls.client_certificate_ref->name, "client");
  EXPECT_EQ(sets.tls.verification, "CAOnly");
  EXPECT_EQ(sets.retries, 0U);
  EXPECT_EQ(sets.login_errors, "PassThrough");
  const auto& fixed = std::get<model::AddressesBackend>(server.backends.at(1).where);
  EXPECT_EQ(fixed.members.at(1).address, "mail.local");
  EXPECT_EQ(server.limits.max_command_bytes, 512U);
  EXPECT_EQ(server.limits.max_reply_bytes, 700U);
  EXPECT_EQ(server.timeouts.backend_connect, Duration(300));
  EXPECT_EQ(server.timeouts.idle, Duration(90'000));
  EXPECT_EQ(server.login_protection.failure_delay, Duration(0));
  EXPECT_EQ(server.limits.max_connections_per_user, 8U);
  const model::LoginProtectionSpec& protection = server.login_protection;
  EXPECT_EQ(protection.penalty, "Disabled");
  EXPECT_EQ(protection.same_password, "Count");
  EXPECT_EQ(protection.per_source, (model::RateSpec{9, Duration(10'000), Duration(11'000)}));
  EXPECT_EQ(protection.per_user.failures, 12U);
  EXPECT_EQ(protection.exempt, (std::vector<Network>{*Network::parse("192.0.2.0/24"),
                                                     *Network::parse("2001:db8::/32")}));
  EXPECT_EQ(server.login_protection.max_failures_per_session, 4U);
  EXPECT_EQ(server.logging.sessions, "Failures");
}

TEST(MailServer, domains_and_names_of_users_are_read) {
  const auto server = decoded<MailServer>(mail_server_with(
      "  domains: [b.example, a.example]\n"
      "  users: {defaultDomain: a.example, delimiter: '+', normalization: Casefold}\n"
      "  limits: {newConnectionsPerMinutePerSource: 60, bytesPerSecond: 10737418240}\n"));
  EXPECT_EQ(server.domains, (std::vector<std::string>{"b.example", "a.example"}));
  EXPECT_EQ(server.users, (model::UsersSpec{"Casefold", "a.example", "+"}));
  EXPECT_EQ(server.limits.new_connections_per_minute_per_source, 60U);
  EXPECT_EQ(server.limits.bytes_per_second, 10'737'418'240U);
}

TEST(MailServer, lists_of_domains_are_of_its_namespace_and_of_a_usual_key) {
  const auto server = decoded<MailServer>(
      mail_server_with("  domainsFrom: [{name: customers}, {name: customers, key: trial}]\n"));
  EXPECT_EQ(server.domains_from,
            (std::vector<model::ConfigMapKeyRef>{{"customers", "mail", "domains"},
                                                 {"customers", "mail", "trial"}}));
}

TEST(MailServer, fields_keep_their_places) {
  const auto server = decoded<MailServer>(mail_server_with(""));
  const model::Place place = server.meta.place_of("spec.backends[0].service.name");
  EXPECT_EQ(place.file, "mail.yaml");
  EXPECT_EQ(place.line, 9);
  EXPECT_EQ(server.meta.place_of("spec.backends[0].service.port").line, 9) << "its parent's";
}

TEST(MailServer, status_of_a_cluster_is_not_the_authors_word) {
  const auto server =
      decoded<MailServer>(mail_server_with("") + "status: {observedGeneration: what, x: 1}\n");
  EXPECT_EQ(server.meta.key.name, "example");
}

TEST(MailServer, alone_in_json_is_the_same) {
  const auto server = decoded<MailServer>(R"({"apiVersion": "postern.dev/v1alpha1",
    "kind": "MailServer", "metadata": {"name": "j"}, "spec": {"hostnames": ["a.example"],
    "tls": {"certificateRefs": [{"name": "t"}]},
    "backends": [{"name": "b", "service": {"name": "s"}}]}})");
  EXPECT_EQ(server.hostnames, std::vector<std::string>{"a.example"});
}

}  // namespace
}  // namespace postern::decode
