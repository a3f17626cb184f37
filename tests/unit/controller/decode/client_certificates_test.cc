// Certificates of clients as people write them.
#include <gtest/gtest.h>

#include "tests/unit/controller/decode/documents.h"

namespace postern::decode {
namespace {

model::MailServer written(const std::string& clients, const std::string& provider = "{}") {
  return decoded<model::MailServer>(R"(apiVersion: postern.dev/v1alpha1
kind: MailServer
metadata: {name: machines, namespace: mail}
spec:
  hostnames: [mail.example.com]
  tls: {certificateRefs: [{name: tls}], clientCertificates: )" +
                                    clients + R"(}
  authentication: {providers: [{name: own, clientCertificate: )" +
                                    provider + R"(}]}
  backends: [{name: mailbox, service: {name: dovecot}}]
)");
}

TEST(ClientCertificates, absent_fields_are_what_the_reference_says) {
  const auto server = written("{caCertificateRefs: [{name: ca}], crlRefs: [{name: list}]}");
  const model::ClientCertificatesSpec& clients = *server.tls->client_certificates;
  EXPECT_EQ(clients.mode, "Optional");
  EXPECT_EQ(clients.max_depth, 2U);
  EXPECT_EQ(clients.ca_names, "Send");
  EXPECT_EQ(clients.ca_certificate_refs.at(0),
            (model::BundleRef{"Secret", "ca", "mail", "ca.crt"}));
  EXPECT_EQ(clients.crl_refs.at(0), (model::BundleRef{"Secret", "list", "mail", "ca.crl"}));
  const auto& own = std::get<model::CertificateProviderSpec>(server.providers.at(0).kind);
  EXPECT_EQ(own.username_from, "SANEmail");
}

TEST(ClientCertificates, every_honoured_field_arrives) {
  const auto server = written(
      "{mode: Required, maxDepth: 7, caNames: Omit, caCertificateRefs: [{kind: ConfigMap, name: "
      "ca, key: root.pem}], crlRefs: [{kind: ConfigMap, name: list, key: all.pem}]}",
      "{usernameFrom: SubjectCommonName}");
  const model::ClientCertificatesSpec& clients = *server.tls->client_certificates;
  EXPECT_EQ(clients.mode, "Required");
  EXPECT_EQ(clients.max_depth, 7U);
  EXPECT_EQ(clients.ca_names, "Omit");
  EXPECT_EQ(clients.ca_certificate_refs.at(0),
            (model::BundleRef{"ConfigMap", "ca", "mail", "root.pem"}));
  EXPECT_EQ(clients.crl_refs.at(0), (model::BundleRef{"ConfigMap", "list", "mail", "all.pem"}));
  const auto& own = std::get<model::CertificateProviderSpec>(server.providers.at(0).kind);
  EXPECT_EQ(own.username_from, "SubjectCommonName");
}

}  // namespace
}  // namespace postern::decode
