#include "controller/decode/core_objects.h"

#include <gtest/gtest.h>

#include "controller/decode/base64.h"
#include "controller/decode/certificate.h"
#include "controller/model/permissions.h"
#include "tests/support/certificates.h"
#include "tests/unit/controller/decode/documents.h"

namespace postern::decode {
namespace {

constexpr const char* kMeta = "metadata: {name: one, namespace: mail}\n";

std::string indented(std::string_view pem) {
  std::string out = "|\n";
  while (!pem.empty()) {
    const auto end = pem.find('\n');
    out += "    " + std::string(pem.substr(0, end)) + "\n";
    pem.remove_prefix(end == std::string_view::npos ? pem.size() : end + 1);
  }
  return out;
}

TEST(Secret, reads_base64_and_string_data_which_wins) {
  const auto secret = decoded<model::SecretObject>(
      std::string("apiVersion: v1\nkind: Secret\n") + kMeta +
      "data: {user: cm9vdA==, password: b2xk, empty: }\nstringData: {password: new}\n");
  EXPECT_EQ(secret.type, "Opaque");
  EXPECT_EQ(secret.data.at("user").reveal(), "root");
  EXPECT_EQ(secret.data.at("password").reveal(), "new");
  EXPECT_TRUE(secret.data.at("empty").empty());
  EXPECT_FALSE(secret.certificate);
}

TEST(Secret, value_is_never_in_a_message) {
  const std::string said =
      refusals(std::string("apiVersion: v1\nkind: Secret\n") + kMeta +
               "data: {a: hunter2!, b: [hunter2], c: 12345}\nstringData: {d: {hunter2: x}}\n");
  EXPECT_EQ(said.find("hunter2!"), std::string::npos);
  EXPECT_EQ(said.find("12345"), std::string::npos);
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 4);
}

TEST(Secret, of_type_tls_tells_names_and_dates) {
  const auto [chain_text, key, names, until] =
      test::Authority().issue({"mail.example.com", "*.Example.org"});
  const std::string chain(chain_text.text());
  const auto secret = decoded<model::SecretObject>(
      std::string("apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\n") + kMeta +
      "stringData:\n  tls.crt: " + indented(chain) + "  tls.key: " + indented(key.reveal()));
  ASSERT_TRUE(secret.certificate);
  EXPECT_EQ(secret.certificate->problem, "");
  EXPECT_EQ(secret.certificate->dns_names,
            (std::vector<std::string>{"*.example.org", "mail.example.com"}));
  EXPECT_LT(secret.certificate->not_before_unix_s, secret.certificate->not_after_unix_s);
  EXPECT_GT(secret.certificate->not_before_unix_s, 1'600'000'000);
}

TEST(Certificate, says_why_chain_and_key_cannot_be_used) {
  const auto [chain_text, key, names, until] = test::Authority().issue({"a.example"});
  const std::string chain(chain_text.text());
  const auto [other_chain_text, other_key, n, u] = test::Authority("Other").issue({"b.example"});
  const std::string other_chain(other_chain_text.text());
  const auto problem = [](ByteView crt, ByteView pem) {
    return read_certificate(crt, pem).problem;
  };
  EXPECT_EQ(problem(chain, key.reveal()), "");
  EXPECT_EQ(problem(chain, other_key.reveal()),
            "tls.key does not belong to the first certificate of tls.crt");
  EXPECT_TRUE(read_certificate(chain, other_key.reveal()).key_mismatch);
  EXPECT_FALSE(read_certificate(chain, "no key").key_mismatch);
  EXPECT_EQ(problem("", key.reveal()), "tls.crt is not a chain of certificates in PEM");
  EXPECT_EQ(problem(chain + "-----BEGIN CERTIFICATE-----\nxx\n", key.reveal()),
            "tls.crt is not a chain of certificates in PEM");
  EXPECT_EQ(problem(chain, "no key"), "tls.key is not a private key in PEM");
  EXPECT_EQ(problem(chain, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nxx\n"),
            "tls.key is encrypted: write it without a passphrase");
  EXPECT_EQ(problem(chain + other_chain, key.reveal()),
            "the certificates of tls.crt are not in order: write the server's own first, then the "
            "one that issued it");
}

// The reader of keys is used again and again.
TEST(Certificate, key_is_found_among_other_blocks_whatever_was_read_before) {
  const auto [chain_text, key, names, until] = test::Authority().issue({"a.example"});
  const std::string chain(chain_text.text());
  const std::string pem(key.reveal());
  const std::string parameters =
      "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(read_certificate(chain, parameters + pem).problem, "");
    EXPECT_EQ(read_certificate(chain, chain + pem).problem, "");
    for (const std::string& none : {chain, parameters, pem.substr(0, pem.size() / 2)}) {
      EXPECT_EQ(read_certificate(chain, none).problem, "tls.key is not a private key in PEM");
    }
    EXPECT_EQ(read_certificate(chain, pem).problem, "");
  }
}

TEST(Base64, is_strict) {
  EXPECT_EQ(decode_base64("").value(), "");
  EXPECT_EQ(decode_base64("aGk=").value(), "hi");
  EXPECT_EQ(decode_base64("aGk\n=\n").value(), "hi");
  EXPECT_EQ(decode_base64("AAAA").value(), std::string(3, '\0'));
  for (const char* text : {"a", "aGk", "aGk==", "aG=k", "aGl=", "a-_=", "aGk= ", "====", "aGkx="}) {
    EXPECT_FALSE(decode_base64(text)) << text;
  }
}

TEST(ConfigMap, reads_text) {
  const auto map = decoded<model::ConfigMapObject>(
      std::string("apiVersion: v1\nkind: ConfigMap\n") + kMeta + "data: {ca.crt: pem}\n");
  EXPECT_EQ(map.data.at("ca.crt"), "pem");
}

TEST(Service, reads_ports_targets_and_addresses) {
  const auto service = decoded<model::ServiceObject>(
      "apiVersion: v1\nkind: Service\n"
      "metadata:\n  name: dovecot\n"
      "  annotations: {postern.dev/addresses: '127.0.0.11, ::1'}\n"
      "spec:\n  clusterIP: None\n  selector: {app: dovecot}\n  ports:\n"
      "  - {name: imaps, port: 993, targetPort: 10993, appProtocol: imaps}\n"
      "  - {name: imap, port: 143, targetPort: imap-port}\n"
      "  - {port: 24}\n");
  EXPECT_EQ(service.meta.key.path(), "default/dovecot");
  EXPECT_TRUE(service.has_selector);
  ASSERT_EQ(service.ports.size(), 3U);
  EXPECT_EQ(service.ports[0].target_port, 10993);
  EXPECT_EQ(service.ports[0].app_protocol, "imaps");
  EXPECT_EQ(service.ports[1].target_port_name, "imap-port");
  EXPECT_EQ(service.ports[1].target_port, 0);
  EXPECT_EQ(service.ports[2].port, 24);
  ASSERT_EQ(service.addresses.size(), 2U);
  EXPECT_EQ(service.addresses[0].text(), "127.0.0.11");
  EXPECT_EQ(service.addresses[1].text(), "::1");
}

TEST(Service, of_the_api_server_tells_where_that_is_and_no_other_one_does) {
  const auto addresses_of = [](const std::string& object_namespace) {
    return decoded<model::ServiceObject>(
               "apiVersion: v1\nkind: Service\nmetadata: {name: kubernetes, namespace: " +
               object_namespace +
               "}\nspec: {clusterIPs: [10.96.0.1, None, 'fd00::1'], ports: [{port: 443}]}\n")
        .api_addresses;
  };
  EXPECT_EQ(addresses_of("default"),
            (std::vector{*IpAddress::parse("10.96.0.1"), *IpAddress::parse("fd00::1")}));
  EXPECT_TRUE(addresses_of("mail").empty());
}

TEST(Service, keeps_host_names_for_whoever_resolves_them) {
  const auto service = decoded<model::ServiceObject>(
      "apiVersion: v1\nkind: Service\n"
      "metadata:\n  name: dovecot\n"
      "  annotations: {postern.dev/addresses: '127.0.0.11, mail_1.example.com,::1'}\n");
  EXPECT_TRUE(service.addresses.empty());
  EXPECT_EQ(service.address_names,
            (std::vector<std::string>{"127.0.0.11", "mail_1.example.com", "::1"}));
}

TEST(EndpointSlice, reads_members_and_their_conditions) {
  const auto slice = decoded<model::EndpointSliceObject>(
      "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
      "metadata: {name: dovecot-x, namespace: mail, labels: {kubernetes.io/service-name: "
      "dovecot}}\n"
      "addressType: IPv4\n"
      "ports: [{name: imap, port: 143, protocol: TCP}]\n"
      "endpoints:\n"
      "- addresses: [10.0.0.7]\n  hostname: dovecot-0\n  targetRef: {kind: Pod, name: dovecot-0}\n"
      "- addresses: [10.0.0.8]\n  conditions: {ready: false, serving: true, terminating: true}\n"
      "- addresses: [10.0.0.9]\n  conditions: {ready: false, terminating: true}\n");
  EXPECT_EQ(slice.service, "dovecot");
  ASSERT_EQ(slice.endpoints.size(), 3U);
  EXPECT_TRUE(slice.endpoints[0].ready);
  EXPECT_EQ(slice.endpoints[0].target_pod, "dovecot-0");
  EXPECT_EQ(slice.endpoints[0].hostname, "dovecot-0");
  EXPECT_FALSE(slice.endpoints[1].ready);
  EXPECT_TRUE(slice.endpoints[1].serving);
  EXPECT_TRUE(slice.endpoints[1].terminating);
  EXPECT_TRUE(slice.endpoints[2].serving) << "what is not said holds";
  EXPECT_EQ(slice.ports.at(0).port, 143);
}

TEST(ReferenceGrant, keeps_what_is_about_mail_servers) {
  const auto grant = decoded<model::ReferenceGrant>(
      "apiVersion: gateway.networking.k8s.io/v1\nkind: ReferenceGrant\n"
      "metadata: {name: g, namespace: certificates}\nspec:\n"
      "  from:\n"
      "  - {group: postern.dev, kind: MailServer, namespace: mail}\n"
      "  - {group: gateway.networking.k8s.io, kind: Gateway, namespace: web}\n"
      "  to: [{group: '', kind: Secret, name: tls}, {group: apps, kind: Service}, "
      "{group: '', kind: ConfigMap}]\n");
  EXPECT_EQ(grant.namespaces, std::vector<std::string>{"mail"});
  EXPECT_EQ(grant.objects,
            (std::vector<model::GrantedObject>{{"Secret", "tls"}, {"ConfigMap", ""}}));
}

TEST(ReferenceGrant, of_half_a_grant_says_what_is_missing) {
  const std::string head =
      "apiVersion: gateway.networking.k8s.io/v1\nkind: ReferenceGrant\nmetadata: {name: g}\n";
  EXPECT_NE(refusals(head), "");
  EXPECT_NE(refusals(head + "spec: {to: [{group: '', kind: Secret}]}\n"), "");
  EXPECT_NE(refusals(head + "spec: {from: [], to: [{group: '', kind: Secret, name: ''}]}\n"), "");
  EXPECT_NE(refusals(head + "spec: {from: [], to: [{group: '', kind: Secret, name: }]}\n"), "");
  EXPECT_NE(refusals(head + "spec: {from: [{group: postern.dev, kind: MailServer}], to: []}\n"),
            "");
}

TEST(IngressClass, names_controller_and_parameters) {
  const auto one = decoded<model::IngressClass>(
      "apiVersion: networking.k8s.io/v1\nkind: IngressClass\n"
      "metadata: {name: mail, annotations: {ingressclass.kubernetes.io/is-default-class: 'true'}}\n"
      "spec:\n  controller: postern.dev/controller\n"
      "  parameters: {apiGroup: postern.dev, kind: MailClass, name: provider}\n");
  EXPECT_TRUE(one.is_default);
  EXPECT_EQ(one.controller, model::kControllerName);
  EXPECT_EQ(one.parameters->mail_class, "provider");
  EXPECT_EQ(one.meta.key.object_namespace, "");
}

TEST(IngressClass, whose_parameters_are_something_else_names_no_mail_class) {
  const auto one = decoded<model::IngressClass>(
      "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: mail}\n"
      "spec: {controller: postern.dev/controller, parameters: {kind: ConfigMap, name: c}}\n");
  ASSERT_TRUE(one.parameters);
  EXPECT_EQ(one.parameters->mail_class, "");
  EXPECT_EQ(one.parameters->written, "ConfigMap c");
}

}  // namespace
}  // namespace postern::decode
