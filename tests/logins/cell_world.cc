#include "tests/logins/cell_world.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <fmt/format.h>

#include "controller/build/builder.h"
#include "controller/decode/decoder.h"
#include "controller/decode/yaml.h"
#include "tests/support/mk.h"

namespace postern::logins {

namespace {

constexpr const char* kManifest = R"(
apiVersion: postern.dev/v1alpha1
kind: MailServer
metadata: {{name: example, namespace: mail}}
spec:
  hostnames: [mail.example.com]
  protocols: {{imap: {{mechanisms: [{}]}}}}
  tls: {{certificateRefs: [{{name: mail-tls}}]{}}}
  authentication: {{providers: [{{name: who, {}}}]}}
  backends:
  - name: box
    addresses: [{{name: one, address: 192.0.2.1}}]
    tls: {{clientCertificateRef: {{name: mail-tls}}}}
    login: {{method: {}{}}}
)";

const decode::Decoder& decoder() {
  static const decode::Decoder kDecoder;
  return kDecoder;
}

model::SecretObject master() {
  model::SecretObject secret = testing::mk_secret("mail/master", "username", "master");
  secret.type = "kubernetes.io/basic-auth";
  secret.data["password"] = SharedSecret("m4ster");
  return secret;
}

void note(const model::Problems& problems, Cell& out) {
  for (const model::Problem& problem : problems) {
    if (problem.severity == model::Severity::Warning) continue;
    std::string text = problem.reason + ": " + problem.message;
    // The page is of logins, and says of each why not, once.
    const bool follows = problem.message.starts_with("nobody could log in") ||
                         problem.message.starts_with("nothing is served");
    if (!follows) out.refusals.push_back(std::move(text));
  }
}

}  // namespace

const std::vector<ProviderKind>& provider_kinds() {
  static const std::vector<ProviderKind> kKinds = {
      {"`backend`", "backend: {mechanisms: [PLAIN, LOGIN, XOAUTH2, OAUTHBEARER]}"},
      {"`http`, style AuthHTTP", "http: {style: AuthHTTP, url: 'https://auth.example/'}",
       ", clientCertificates: {caCertificateRefs: [{kind: ConfigMap, name: ca}]}"},
      {"`http`, style AuthHTTP, strictness Nginx",
       "http: {style: AuthHTTP, strictness: Nginx, url: 'https://auth.example/'}"},
      {"`http`, style JSON", "http: {style: JSON, url: 'https://auth.example/'}"},
      {"`clientCertificate`", "clientCertificate: {}",
       ", clientCertificates: {caCertificateRefs: [{kind: ConfigMap, name: ca}]}"}};
  return kKinds;
}

const std::vector<std::string>& methods() {
  static const std::vector<std::string> kMethods = {"Password", "MasterUser", "OAuthToken",
                                                    "ClientCertificate"};
  return kMethods;
}

Cell build_cell(Mechanism mechanism, const ProviderKind& provider, const std::string& method) {
  const char* secret = method == "MasterUser" ? ", secretRef: {name: master}" : "";
  decode::YamlDocuments yaml = decode::read_yaml(
      fmt::format(kManifest, name_of(mechanism), provider.tls, provider.lines, method, secret));
  EXPECT_FALSE(yaml.problem) << yaml.problem->message;
  Cell out;
  decode::Decoded decoded = decoder().decode(yaml.documents.at(0), "");
  note(decoded.problems, out);
  if (!decoded.object) return out;
  world::World world;
  (void)world.replace(
      {std::move(*decoded.object), testing::mk_tls_secret("mail/mail-tls", {"mail.example.com"}),
       master(), testing::mk_config_map("mail/ca", "ca.crt", "-----BEGIN CERTIFICATE-----\nx\n")});
  build::Built built = build::build(world, {});
  note(built.problems, out);
  out.resources = std::move(built.resources);
  return out;
}

}  // namespace postern::logins
