// KC2: every field that may name an object of another namespace, one row each. What a grant does
// not let stays as if it were not there, whichever field asks for it. The list is held against the
// table of the fields that this build honours.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "controller/world/references.h"
#include "tests/support/source_dir.h"
#include "tests/unit/controller/build/growing.h"
#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

const model::ObjectKey kOpening{"ReferenceGrant", "bolt", "opening"};
constexpr const char* kList = "-----BEGIN X509 CRL-----\nx\n-----END X509 CRL-----\n";

model::BackendSpec& first_backend(model::MailServer& server) { return server.backends.at(0); }

model::LoginSpec by_master_of_bolt() {
  model::LoginSpec login;
  login.method = "MasterUser";
  login.secret = model::ObjectRef{"master", "bolt"};
  return login;
}

model::ProxyProtocolSpec believing_bolt() {
  model::ProxyProtocolSpec out;
  out.trusted_services = {{"store", "bolt"}};
  return out;
}

// An auth service at a fixed address.
model::EndpointSpec& endpoint_of(model::MailServer& server) {
  model::ProviderSpec provider;
  provider.name = "accounts";
  model::HttpProviderSpec http;
  http.style = "AuthHTTP";
  http.endpoint.url = *model::parse_service_url("https://192.0.2.9:9000/auth");
  http.endpoint.tls.server_name = "auth.example";
  provider.kind = http;
  server.providers = {provider};
  return std::get<model::HttpProviderSpec>(server.providers[0].kind).endpoint;
}

model::ClientCertificatesSpec& certificates_asked_of(model::MailServer& server) {
  auto& out = server.tls->client_certificates.emplace();
  out.ca_certificate_refs = {{"Secret", "own-ca", "mail", "ca.crt"}};
  return out;
}

struct ReferenceRow {
  const char* field;           // as in the table of what is honoured, without ".namespace"
  const char* at;              // where a problem says that it is
  model::GrantedObject named;  // of namespace bolt
  void (*refer)(model::MailServer&);
};

const std::vector<ReferenceRow> kReferenceRows = {
    {"spec.tls.certificateRefs[]",
     "spec.tls.certificateRefs[1]",
     {"Secret", "pair"},
     [](model::MailServer& s) { s.tls->certificate_refs.push_back({"pair", "bolt"}); }},
    {"spec.tls.resumption.ticketKeysRef",
     "spec.tls.resumption.ticketKeysRef",
     {"Secret", "keys"},
     [](model::MailServer& s) { s.tls->ticket_keys_ref = model::ObjectRef{"keys", "bolt"}; }},
    {"spec.tls.clientCertificates.caCertificateRefs[]",
     "spec.tls.clientCertificates.caCertificateRefs[0]",
     {"Secret", "bundle"},
     [](model::MailServer& s) {
       certificates_asked_of(s).ca_certificate_refs = {{"Secret", "bundle", "bolt", "ca.crt"}};
     }},
    {"spec.tls.clientCertificates.caCertificateRefs[]",
     "spec.tls.clientCertificates.caCertificateRefs[0]",
     {"ConfigMap", "bundle"},
     [](model::MailServer& s) {
       certificates_asked_of(s).ca_certificate_refs = {{"ConfigMap", "bundle", "bolt", "ca.crt"}};
     }},
    {"spec.tls.clientCertificates.crlRefs[]",
     "spec.tls.clientCertificates.crlRefs[0]",
     {"Secret", "bundle"},
     [](model::MailServer& s) {
       certificates_asked_of(s).crl_refs = {{"Secret", "bundle", "bolt", "ca.crl"}};
     }},
    {"spec.tls.clientCertificates.crlRefs[]",
     "spec.tls.clientCertificates.crlRefs[0]",
     {"ConfigMap", "bundle"},
     [](model::MailServer& s) {
       certificates_asked_of(s).crl_refs = {{"ConfigMap", "bundle", "bolt", "ca.crl"}};
     }},
    {"spec.proxyProtocol.trustedServiceRefs[]",
     "spec.proxyProtocol.trustedServiceRefs[0]",
     {"Service", "store"},
     [](model::MailServer& s) { s.proxy_protocol = believing_bolt(); }},
    {"spec.protocols.imap.listeners[].proxyProtocol.trustedServiceRefs[]",
     "spec.protocols.imap.listeners[1].proxyProtocol.trustedServiceRefs[0]",
     {"Service", "store"},
     [](model::MailServer& s) { s.protocols[0].listeners[1].proxy_protocol = believing_bolt(); }},
    {"spec.domainsFrom[]",
     "spec.domainsFrom[0]",
     {"ConfigMap", "lists"},
     [](model::MailServer& s) { s.domains_from = {{"lists", "bolt", "domains"}}; }},
    {"spec.routing.tables[].configMap",
     "spec.routing.tables[0].configMap",
     {"ConfigMap", "lists"},
     [](model::MailServer& s) { s.routing.tables = {{{"lists", "bolt", "routes"}, "Continue"}}; }},
    {"spec.authentication.providers[].http.serviceRef",
     "spec.authentication.providers[0].http.serviceRef",
     {"Service", "store"},
     [](model::MailServer& s) {
       endpoint_of(s).service = model::ServicePortRef{{"store", "bolt"}, 993};
     }},
    {"spec.authentication.providers[].http.tls.caCertificateRefs[]",
     "spec.authentication.providers[0].http.tls.caCertificateRefs[0]",
     {"Secret", "bundle"},
     [](model::MailServer& s) {
       endpoint_of(s).tls.ca_certificate_refs = {{"Secret", "bundle", "bolt", "ca.crt"}};
     }},
    {"spec.authentication.providers[].http.tls.caCertificateRefs[]",
     "spec.authentication.providers[0].http.tls.caCertificateRefs[0]",
     {"ConfigMap", "bundle"},
     [](model::MailServer& s) {
       endpoint_of(s).tls.ca_certificate_refs = {{"ConfigMap", "bundle", "bolt", "ca.crt"}};
     }},
    {"spec.authentication.providers[].http.tls.clientCertificateRef",
     "spec.authentication.providers[0].http.tls.clientCertificateRef",
     {"Secret", "pair"},
     [](model::MailServer& s) {
       endpoint_of(s).tls.client_certificate_ref = model::ObjectRef{"pair", "bolt"};
     }},
    {"spec.authentication.providers[].http.headers[].secretKeyRef",
     "spec.authentication.providers[0].http.headers[0].secretKeyRef",
     {"Secret", "keys"},
     [](model::MailServer& s) {
       endpoint_of(s).headers = {{"X-Token", "", model::SecretKeyRef{"keys", "bolt", "1"}}};
     }},
    {"spec.backends[].service",
     "spec.backends[0].service",
     {"Service", "store"},
     [](model::MailServer& s) {
       first_backend(s).where = model::ServiceBackend{{"store", "bolt"}};
     }},
    {"spec.backends[].statefulSet",
     "spec.backends[0].statefulSet",
     {"Service", "store"},
     [](model::MailServer& s) {
       first_backend(s).where = model::StatefulSetBackend{{"set", "bolt"}, "store", 1};
     }},
    {"spec.backends[].tls.caCertificateRefs[]",
     "spec.backends[0].tls.caCertificateRefs[0]",
     {"Secret", "bundle"},
     [](model::MailServer& s) {
       first_backend(s).tls.ca_certificate_refs = {{"Secret", "bundle", "bolt", "ca.crt"}};
     }},
    {"spec.backends[].tls.caCertificateRefs[]",
     "spec.backends[0].tls.caCertificateRefs[0]",
     {"ConfigMap", "bundle"},
     [](model::MailServer& s) {
       first_backend(s).tls.ca_certificate_refs = {{"ConfigMap", "bundle", "bolt", "ca.crt"}};
     }},
    {"spec.backends[].tls.clientCertificateRef",
     "spec.backends[0].tls.clientCertificateRef",
     {"Secret", "pair"},
     [](model::MailServer& s) {
       first_backend(s).tls.client_certificate_ref = model::ObjectRef{"pair", "bolt"};
     }},
    {"spec.backends[].login.secretRef",
     "spec.backends[0].login.secretRef",
     {"Secret", "master"},
     [](model::MailServer& s) {
       (void)endpoint_of(s);  // a master's password proves nothing: somebody else has to ask
       first_backend(s).login = by_master_of_bolt();
     }},
    {"spec.backends[].ports[].login.secretRef",
     "spec.backends[0].ports[0].login.secretRef",
     {"Secret", "master"},
     [](model::MailServer& s) {
       (void)endpoint_of(s);
       model::BackendPortSpec port;
       port.login = by_master_of_bolt();
       first_backend(s).ports = {port};
     }},
};

// All that may be asked for, one object of each sort.
std::vector<model::Object> objects_of_bolt() {
  model::SecretObject pair = mk_tls_secret("bolt/pair", {"mail.example.com"});
  pair.data.emplace("ca.crt", SharedSecret(kPem));
  model::SecretObject bundle = mk_secret("bolt/bundle", "ca.crt", kPem);
  bundle.data.emplace("ca.crl", SharedSecret(kList));
  model::ConfigMapObject map = mk_config_map("bolt/bundle", "ca.crt", kPem);
  map.data["ca.crl"] = kList;
  model::ConfigMapObject lists = mk_config_map("bolt/lists", "domains", "example.com\n");
  lists.data["routes"] = "ann: mailbox\n";
  model::SecretObject master = mk_secret("bolt/master", "username", "master");
  master.type = "kubernetes.io/basic-auth";
  master.data.emplace("password", SharedSecret("m4ster"));
  return {std::move(pair),
          std::move(bundle),
          std::move(map),
          std::move(lists),
          std::move(master),
          mk_secret("bolt/keys", "1", std::string(48, 'k')),
          mk_service("bolt/store", {mk_port("imap", 143), mk_port("imaps", 993)}),
          mk_slice("bolt/store-a", "store", {{"imap", "", 143}, {"imaps", "", 993}},
                   {mk_endpoint("10.0.9.9", "set-0")})};
}

model::ReferenceGrant opening(const std::string& from, const model::GrantedObject& object) {
  model::ReferenceGrant out;
  out.meta.key = kOpening;
  out.namespaces = {from};
  out.objects = {object};
  return out;
}

model::MailServer referring_by(const ReferenceRow& row) {
  return working().with([&](model::MailServer& server) { row.refer(server); });
}

enum class Bolt : std::uint8_t { HasNothing, HasAll };

Growing growing_by(const ReferenceRow& row, Bolt bolt, std::vector<model::Object> grants = {}) {
  std::vector<model::Object> objects = rest();
  objects.emplace_back(mk_secret("mail/own-ca", "ca.crt", kPem));
  if (bolt == Bolt::HasAll) std::ranges::move(objects_of_bolt(), std::back_inserter(objects));
  std::ranges::move(grants, std::back_inserter(objects));
  objects.emplace_back(referring_by(row));
  return Growing(std::move(objects));
}

// Of a resource all that proxies are told.
bool is_told_alike(const config::Resource& one, const config::Resource& other) {
  return one.body == other.body && one.sources == other.sources &&
         one.required_features == other.required_features;
}

// What one has and the other has not, by type and name; empty: proxies see no difference.
Words differences(const Growing& one, const Growing& other) {
  std::set<std::string> out;
  const auto look = [&](const Growing& from, const Growing& in) {
    for (const auto& [key, resource] : from.held) {
      const auto found = in.held.find(key);
      if (found != in.held.end() && is_told_alike(resource, found->second)) continue;
      out.insert(std::string(name_of(key.type)) + " " + key.name);
    }
  };
  look(one, other);
  look(other, one);
  return {out.begin(), out.end()};
}

Words told_of(const Growing& growing) {
  Words out;
  for (const model::Problem& problem : growing.verdict("mail", "example").problems) {
    out.push_back(problem.reason + " " + problem.field + " " + problem.message);
  }
  return out;
}

bool is_refused(const Growing& growing, const ReferenceRow& row) {
  return std::ranges::count(reasons(growing.verdict("mail", "example")),
                            std::string("RefNotPermitted ") + row.at) == 1;
}

class EveryReference : public ::testing::TestWithParam<ReferenceRow> {};

TEST_P(EveryReference, without_a_grant_is_refused_and_nothing_of_the_other_namespace_is_built) {
  const Growing there = growing_by(GetParam(), Bolt::HasAll);
  const Growing nothing = growing_by(GetParam(), Bolt::HasNothing);
  EXPECT_TRUE(is_refused(there, GetParam()));
  EXPECT_EQ(differences(there, nothing), Words{});
  EXPECT_EQ(told_of(there), told_of(nothing)) << "the words tell whether the object is there";
}

TEST_P(EveryReference, is_refused_by_a_grant_to_others_or_of_something_else) {
  const ReferenceRow& row = GetParam();
  const Growing nothing = growing_by(row, Bolt::HasNothing);
  const std::string other_kind = row.named.kind == "Secret" ? "Service" : "Secret";
  for (const model::ReferenceGrant& grant :
       {opening("acme", row.named), opening("mail", {row.named.kind, "another"}),
        opening("mail", {other_kind, row.named.name})}) {
    const Growing growing = growing_by(row, Bolt::HasAll, {grant});
    EXPECT_TRUE(is_refused(growing, row));
    EXPECT_EQ(differences(growing, nothing), Words{});
  }
}

TEST_P(EveryReference, works_with_a_grant) {
  const ReferenceRow& row = GetParam();
  const Growing growing = growing_by(row, Bolt::HasAll, {opening("mail", row.named)});
  EXPECT_EQ(reasons(growing.verdict("mail", "example")), Words{});
  EXPECT_NE(differences(growing, growing_by(row, Bolt::HasAll)), Words{});
}

TEST_P(EveryReference, is_gone_with_its_grant_and_back_with_it) {
  const ReferenceRow& row = GetParam();
  const model::ReferenceGrant grant = opening("mail", row.named);
  const Growing granted = growing_by(row, Bolt::HasAll, {grant});
  Growing growing = growing_by(row, Bolt::HasAll, {grant});
  (void)growing.remove(kOpening);
  EXPECT_TRUE(is_refused(growing, row));
  EXPECT_EQ(differences(growing, growing_by(row, Bolt::HasNothing)), Words{});
  (void)growing.apply(model::Object(grant));
  EXPECT_EQ(differences(growing, granted), Words{});
}

TEST_P(EveryReference, is_known_to_the_world) {
  const ReferenceRow& row = GetParam();
  EXPECT_TRUE(
      world::references_of(referring_by(row)).contains({row.named.kind, "bolt", row.named.name}));
}

INSTANTIATE_TEST_SUITE_P(KC2, EveryReference, ::testing::ValuesIn(kReferenceRows),
                         [](const auto& row) {
                           std::string name = row.param.field + ("_" + row.param.named.kind);
                           std::erase_if(name, [](char c) { return c == '[' || c == ']'; });
                           std::ranges::replace(name, '.', '_');
                           return name;
                         });

// "spec.tls.certificateRefs[]" of each field that is honoured and names a namespace.
std::set<std::string> honoured_references() {
  const auto path = std::filesystem::path(test::kSourceDir) / "controller/decode/honoured_table.cc";
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::regex line(R"re(\{"(spec\.[^"]*)\.namespace")re");
  std::set<std::string> out;
  for (std::sregex_iterator at(text.begin(), text.end(), line), end; at != end; ++at) {
    out.insert((*at)[1]);
  }
  return out;
}

TEST(EveryReferenceTable, has_each_field_that_is_honoured) {
  std::set<std::string> rows;
  for (const ReferenceRow& row : kReferenceRows) rows.insert(row.field);
  EXPECT_EQ(rows, honoured_references()) << "a field without a row above, or a row without one";
}

// Whoever writes the class runs the cluster; it has no namespace that could be granted anything.
TEST(EveryReferenceTable, of_the_class_needs_no_grant_and_gives_mail_servers_nothing) {
  model::MailClass mail_class;
  mail_class.meta.key = model::mail_class_key("postern");
  mail_class.proxy_protocol = believing_bolt();
  EXPECT_EQ(world::references_of(mail_class),
            (std::set<model::ObjectKey>{{"Service", "bolt", "store"}}));
  std::vector<model::Object> objects = rest();
  std::ranges::move(objects_of_bolt(), std::back_inserter(objects));
  objects.emplace_back(mail_class);
  const Scene scene = scene_of(working(), std::move(objects));
  EXPECT_EQ(scene.problems(), Words{});
  ASSERT_TRUE(scene.listener("993")->proxy_protocol);
  EXPECT_EQ(scene.listener("993")->proxy_protocol->trusted,
            std::vector<Network>{*Network::parse("10.0.9.9/32")});
  for (const config::Resource& resource : scene.built.resources) {
    EXPECT_FALSE(resource.name.starts_with("bolt/")) << resource.name;
  }
}

}  // namespace
}  // namespace postern::build
