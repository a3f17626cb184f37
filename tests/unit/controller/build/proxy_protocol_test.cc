#include <gtest/gtest.h>

#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

model::ProxyProtocolSpec mk_believing_service() {
  model::ProxyProtocolSpec out;
  out.trusted_services = {{"traefik", "mail"}};
  return out;
}

model::ProxyProtocolSpec mk_believing(std::string_view network) {
  model::ProxyProtocolSpec out;
  out.trusted = {*Network::parse(network)};
  return out;
}

model::ServiceObject mk_load_balancer() {
  model::ServiceObject out = mk_service("mail/traefik", {mk_port("imap", 143)});
  out.has_selector = true;
  return out;
}

model::EndpointSliceObject mk_pods(const std::string& address) {
  return mk_slice("mail/traefik-a", "traefik", {{"imap", "", 143}},
                  {mk_endpoint(address, "traefik-0")});
}

const config::Listener& listener_of(const Changes& changes) {
  return changes.upserts.at(0)->get<config::Listener>();
}

TEST(ProxyProtocols, are_what_an_older_proxy_must_not_serve_without) {
  const Scene scene = scene_of(working().with(
      [](model::MailServer& server) { server.proxy_protocol = mk_believing("10.0.0.0/8"); }));
  for (const config::Resource& resource : scene.built.resources) {
    if (resource.type() != config::ResourceType::Listener) continue;
    EXPECT_EQ(resource.required_features, Words{"listener-proxy-protocol"}) << resource.name;
  }
  EXPECT_EQ(scene.listener("993")->proxy_protocol->trusted,
            std::vector<Network>{*Network::parse("10.0.0.0/8")});
}

TEST(ProxyProtocols, follow_the_pods_of_a_load_balancer) {
  world::World world;
  std::vector<model::Object> all = rest();
  all.emplace_back(mk_load_balancer());
  all.emplace_back(mk_pods("10.0.9.1"));
  all.emplace_back(model::MailServer(working().with(
      [](model::MailServer& server) { server.proxy_protocol = mk_believing_service(); })));
  Builder builder;
  (void)builder.update(world, world.replace(std::move(all)), {});
  const Changes changes = builder.update(world, world.apply(mk_pods("10.0.9.2")), {});
  ASSERT_EQ(changes.upserts.size(), 2U);
  EXPECT_EQ(listener_of(changes).proxy_protocol->trusted,
            std::vector<Network>{*Network::parse("10.0.9.2/32")});
}

TEST(ProxyProtocols, of_a_younger_one_that_differ_turn_its_listener_off) {
  std::vector<model::Object> others = rest();
  others.emplace_back(model::MailServer(
      mk_server("mail/another").hostnames({"b.example.com"}).backend(mk_service_backend("x"))));
  const Scene scene = scene_of(working().with([](model::MailServer& server) {
    server.meta.creation_timestamp = "2026-01-01T00:00:00Z";
    server.proxy_protocol = mk_believing("10.0.0.0/8");
  }),
                               std::move(others));
  EXPECT_FALSE(scene.listener("993")->proxy_protocol);
  EXPECT_EQ(scene.listener("993")->tenants.size(), 1U);
  EXPECT_EQ(std::ranges::count(scene.problems(),
                               "ProxyProtocolConflict spec.protocols.imap.listeners[1]"),
            1);
}

TEST(ProxyProtocols, of_the_class_hold_on_every_port_whatever_a_mail_server_says) {
  model::MailClass mail_class;
  mail_class.meta.key = model::mail_class_key("postern");
  mail_class.proxy_protocol = mk_believing("192.0.2.0/24");
  std::vector<model::Object> others = rest();
  others.emplace_back(mail_class);
  const Scene scene = scene_of(working().with([](model::MailServer& server) {
    server.proxy_protocol = mk_believing("10.0.0.0/8");
  }),
                               std::move(others));
  for (const char* port : {"143", "993"}) {
    ASSERT_TRUE(scene.listener(port)->proxy_protocol) << port;
    EXPECT_EQ(scene.listener(port)->proxy_protocol->trusted,
              std::vector<Network>{*Network::parse("192.0.2.0/24")});
  }
  EXPECT_EQ(scene.problems(), Words{"SetByClass spec.proxyProtocol"});
}

}  // namespace
}  // namespace postern::build
