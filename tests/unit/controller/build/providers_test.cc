#include <fmt/format.h>
#include <gtest/gtest.h>

#include "common/base/limits.h"
#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

model::ProviderSpec mk_asking(const std::string& url) {
  model::HttpProviderSpec http;
  http.style = "AuthHTTP";
  http.endpoint.url = *model::parse_service_url(url);
  model::ProviderSpec provider;
  provider.name = "accounts";
  provider.kind = http;
  return provider;
}

model::ProviderSpec mk_asking_service() {
  model::ProviderSpec provider = mk_asking("https://unused/auth");
  auto& endpoint = std::get<model::HttpProviderSpec>(provider.kind).endpoint;
  endpoint.service = model::ServicePortRef{{"accounts", "mail"}, 8443};
  return provider;
}

model::MailServer with_providers(std::vector<model::ProviderSpec> providers) {
  return working().with([&](model::MailServer& server) { server.providers = providers; });
}

std::vector<model::Object> with_service(std::vector<model::SliceEndpoint> endpoints) {
  std::vector<model::Object> out = rest();
  out.emplace_back(mk_service("mail/accounts", {mk_port("https", 8443)}));
  out.emplace_back(
      mk_slice("mail/accounts-a", "accounts", {{"https", "", 18443}}, std::move(endpoints)));
  return out;
}

const config::HttpService* service_in(const Scene& scene) {
  const auto* provider = scene.find<config::Provider>("mail/example/accounts");
  return provider ? &std::get<config::HttpProvider>(provider->kind).service : nullptr;
}

Words texts(const std::vector<ServerAddress>& addresses) {
  Words out;
  for (const ServerAddress& address : addresses) out.push_back(address.text());
  return out;
}

TEST(Providers, of_the_pod_alone_need_no_proxy_to_know_of_them) {
  model::ProviderSpec pod;
  pod.name = "pod";
  pod.kind = model::BackendProviderSpec{{"PLAIN"}};
  const Scene scene = scene_of(with_providers({pod}));
  EXPECT_TRUE(scene.server()->providers.empty());
  EXPECT_EQ(scene.find<config::Provider>("mail/example/pod"), nullptr);
  EXPECT_TRUE(resource_in(scene, {config::ResourceType::Server, "mail/example"})
                  ->required_features.empty());
}

// It would let the pod decide.
TEST(Providers, are_taken_from_proxies_that_do_not_know_of_them) {
  const Scene scene = scene_of(with_providers({mk_asking("http://192.0.2.9:9000/auth")}));
  const auto* server = resource_in(scene, {config::ResourceType::Server, "mail/example"});
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(server->required_features, Words{"providers"});
  EXPECT_EQ(server->on_unsupported, config::OnUnsupported::DropServer);
  EXPECT_EQ(scene.server()->providers, Words{"mail/example/accounts"});
  EXPECT_EQ(resource_in(scene, {config::ResourceType::Provider, "mail/example/accounts"})
                ->required_features,
            Words{"providers"});
}

TEST(Providers, behind_a_service_are_its_ready_endpoints) {
  model::SliceEndpoint away = mk_endpoint("10.0.0.7", "accounts-2");
  away.ready = false;
  const Scene scene = scene_of(with_providers({mk_asking_service()}),
                               with_service({mk_endpoint("10.0.0.9", "accounts-1"),
                                             mk_endpoint("10.0.0.8", "accounts-0"), away}));
  ASSERT_NE(service_in(scene), nullptr);
  EXPECT_EQ(texts(service_in(scene)->addresses), (Words{"10.0.0.8:18443", "10.0.0.9:18443"}));
  EXPECT_EQ(service_in(scene)->host, "accounts.mail.svc");
  EXPECT_EQ(service_in(scene)->tls.server_names, Words{"accounts.mail.svc"});
  EXPECT_EQ(service_in(scene)->target, "/auth");
}

// More would be refused by every proxy, with all that the provider is.
TEST(Providers, behind_a_service_of_too_many_endpoints_are_the_first_of_them) {
  std::vector<model::SliceEndpoint> endpoints;
  for (std::size_t i = 0; i < limits::kServiceAddresses; ++i) {
    endpoints.push_back(mk_endpoint(fmt::format("10.1.{}.{}", i / 256, i % 256)));
  }
  const Scene most = scene_of(with_providers({mk_asking_service()}), with_service(endpoints));
  EXPECT_EQ(most.problems(), Words{});
  EXPECT_EQ(service_in(most)->addresses.size(), limits::kServiceAddresses);
  endpoints.push_back(mk_endpoint("10.2.0.0"));
  const Scene more = scene_of(with_providers({mk_asking_service()}), with_service(endpoints));
  ASSERT_EQ(more.problems(),
            Words{"PartiallyAccepted spec.authentication.providers[0].http.serviceRef"});
  EXPECT_EQ(more.built.problems[0].severity, model::Severity::Warning);
  EXPECT_EQ(service_in(more)->addresses, service_in(most)->addresses);
}

TEST(Providers, follow_the_endpoints_of_their_service) {
  world::World world;
  std::vector<model::Object> all = with_service({mk_endpoint("10.0.0.8", "accounts-0")});
  all.emplace_back(with_providers({mk_asking_service()}));
  Builder builder;
  (void)builder.update(world, world.replace(std::move(all)), {});
  const auto touched = world.apply(mk_slice("mail/accounts-a", "accounts", {{"https", "", 18443}},
                                            {mk_endpoint("10.0.0.5", "accounts-0")}));
  const Changes changes = builder.update(world, touched, {});
  ASSERT_EQ(changes.upserts.size(), 1U);
  const auto& provider = changes.upserts[0]->get<config::Provider>();
  EXPECT_EQ(texts(std::get<config::HttpProvider>(provider.kind).service.addresses),
            Words{"10.0.0.5:18443"});
}

// Whoever is looked after by it is told to come back; nobody else may decide about him.
TEST(Providers, that_lack_something_keep_their_place_and_are_asked_by_nobody) {
  model::ProviderSpec provider = mk_asking_service();
  auto& endpoint = std::get<model::HttpProviderSpec>(provider.kind).endpoint;
  endpoint.headers = {{"X-Key", "", model::SecretKeyRef{"auth-key", "mail", "key"}}};
  const Scene scene =
      scene_of(with_providers({provider}), with_service({mk_endpoint("10.0.0.8", "accounts-0")}));
  EXPECT_EQ(scene.problems(),
            Words{"SecretNotFound spec.authentication.providers[0].http.headers[0].secretKeyRef"});
  EXPECT_EQ(scene.server()->providers, Words{"mail/example/accounts"});
  EXPECT_TRUE(service_in(scene)->addresses.empty());
}

TEST(Providers, are_asked_with_no_secret_that_is_too_long_for_a_header) {
  model::ProviderSpec provider = mk_asking_service();
  auto& endpoint = std::get<model::HttpProviderSpec>(provider.kind).endpoint;
  endpoint.headers = {{"X-Key", "", model::SecretKeyRef{"auth-key", "mail", "key"}}};
  const auto with_key = [&](std::size_t octets) {
    std::vector<model::Object> objects = with_service({mk_endpoint("10.0.0.8", "accounts-0")});
    objects.emplace_back(mk_secret("mail/auth-key", "key", std::string(octets, 'k')));
    return scene_of(with_providers({provider}), std::move(objects));
  };
  const Scene most = with_key(limits::kHeaderTextOctets);
  EXPECT_EQ(most.problems(), Words{});
  EXPECT_EQ(service_in(most)->headers[0].secret, "mail/text/auth-key#key");
  const Scene more = with_key(limits::kHeaderTextOctets + 1);
  EXPECT_EQ(more.problems(),
            Words{"InvalidSecret spec.authentication.providers[0].http.headers[0].secretKeyRef"});
  EXPECT_TRUE(service_in(more)->addresses.empty());
}

TEST(Providers, may_lie_only_where_the_class_lets_proxies_connect) {
  const Scene scene = scene_of(with_providers({mk_asking("http://169.254.169.254/latest")}));
  EXPECT_EQ(scene.problems(), (Words{"EgressNotAllowed spec.authentication.providers[0].http.url",
                                     "ProviderPlaintext "
                                     "spec.authentication.providers[0].http.url"}));
  EXPECT_TRUE(service_in(scene)->addresses.empty());
}

model::ProviderSpec mk_asking_name(std::vector<IpAddress> addresses) {
  model::ProviderSpec provider = mk_asking("https://auth.example/");
  std::get<model::HttpProviderSpec>(provider.kind).endpoint.url_addresses = std::move(addresses);
  return provider;
}

Scene in_cluster(const model::ProviderSpec& provider) {
  model::IngressClass ours;
  ours.meta.key = {"IngressClass", "", "postern"};
  ours.controller = model::kControllerName;
  ours.is_default = true;
  std::vector<model::Object> others = rest();
  others.emplace_back(ours);
  return scene_of(with_providers({provider}), others, {.in_cluster = true});
}

// Nobody would ask it and nobody would say so.
TEST(Providers, by_a_name_that_has_no_address_are_told_in_a_cluster) {
  const Scene unknown = in_cluster(mk_asking_name({}));
  EXPECT_EQ(unknown.problems(), Words{"NameNotResolved spec.authentication.providers[0].http.url"});
  EXPECT_TRUE(service_in(unknown)->addresses.empty());
  EXPECT_EQ(in_cluster(mk_asking("http://192.0.2.7/")).problems(),
            Words{"ProviderPlaintext spec.authentication.providers[0].http.url"});
}

TEST(Providers, by_a_name_are_asked_at_its_addresses_and_known_by_its_name) {
  const Scene known = in_cluster(mk_asking_name({*IpAddress::parse("192.0.2.8")}));
  EXPECT_EQ(known.problems(), Words{});
  EXPECT_EQ(texts(service_in(known)->addresses), Words{"192.0.2.8:443"});
  EXPECT_EQ(service_in(known)->host, "auth.example");
  EXPECT_EQ(service_in(known)->tls.server_names, Words{"auth.example"});
}

TEST(Providers, by_a_name_may_lie_only_where_the_class_lets_proxies_connect) {
  const Scene metadata = in_cluster(mk_asking_name({*IpAddress::parse("169.254.169.254")}));
  EXPECT_EQ(metadata.problems(),
            Words{"EgressNotAllowed spec.authentication.providers[0].http.url"});
  EXPECT_TRUE(service_in(metadata)->addresses.empty());
}

// The source has said so already, and why.
TEST(Providers, by_a_name_that_has_no_address_are_not_told_again_in_a_directory) {
  EXPECT_EQ(scene_of(with_providers({mk_asking_name({})})).problems(), Words{});
}

TEST(Providers, ask_for_nothing_but_passwords_where_no_mechanism_is_listed) {
  const Scene scene = scene_of(with_providers({mk_asking("http://192.0.2.9/")}));
  EXPECT_EQ(scene.server()->protocols[0].mechanisms,
            (MechanismSet{Mechanism::Plain, Mechanism::Login}));
}

}  // namespace
}  // namespace postern::build
