// Domains and names of users: what a MailServer asks for, what it gets, and what older proxies must
// not overlook.
#include <gtest/gtest.h>

#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

MkServer with_domains(std::vector<std::string> domains) {
  return working().with([&](model::MailServer& server) { server.domains = domains; });
}

// An older MailServer on the same ports.
std::vector<model::Object> beside(std::vector<std::string> domains) {
  std::vector<model::Object> out = rest();
  out[0] = mk_tls_secret("mail/mail-tls", {"mail.example.com", "b.example.com"});
  out.emplace_back(model::MailServer(
      mk_server("mail/another")
          .hostnames({"b.example.com"})
          .backend(mk_service_backend("x"))
          .with([&](model::MailServer& server) { server.domains = std::move(domains); })));
  return out;
}

MkServer younger(MkServer server) {
  return server.with(
      [](model::MailServer& spec) { spec.meta.creation_timestamp = "2026-01-01T00:00:00Z"; });
}

const config::Resource* resource_of(const Scene& scene, const std::string& name) {
  for (const config::Resource& resource : scene.built.resources) {
    if (resource.name == name && resource.type() == config::ResourceType::Server) return &resource;
  }
  return nullptr;
}

TEST(Domains, are_told_in_order_and_named_as_a_feature) {
  const Scene scene = scene_of(with_domains({"z.example", "a.example"}));
  EXPECT_EQ(scene.server()->domains, (Words{"a.example", "z.example"}));
  const config::Resource* resource = resource_of(scene, "mail/example");
  ASSERT_NE(resource, nullptr);
  EXPECT_EQ(resource->required_features, Words{"domains"});
  EXPECT_EQ(resource->on_unsupported, config::OnUnsupported::DropServer);
}

TEST(Domains, of_an_older_one_are_lost_and_the_listener_is_not) {
  const Scene scene =
      scene_of(younger(with_domains({"example.com", "own.example"})), beside({"example.com"}));
  EXPECT_EQ(scene.problems(),
            (Words{"DomainConflict spec.domains[0]", "DomainConflict spec.domains[0]"}));
  ASSERT_EQ(scene.listener("993")->tenants.size(), 2U);
  EXPECT_EQ(scene.server()->domains, (Words{"example.com", "own.example"}))
      << "its own users reach it by its hostnames";
}

TEST(Domains, that_are_named_no_more_are_lost_no_more) {
  world::World world;
  std::vector<model::Object> all = beside({"example.com"});
  all.emplace_back(model::MailServer(younger(with_domains({"example.com"}))));
  Builder builder;
  (void)builder.update(world, world.replace(std::move(all)), {});
  const Changes changes =
      builder.update(world, world.apply(model::MailServer(younger(with_domains({})))), {});
  ASSERT_EQ(changes.verdicts.size(), 1U);
  EXPECT_TRUE(changes.verdicts[0].problems.empty());
}

TEST(Domains, of_another_port_are_nobodys_loss) {
  const Scene scene =
      scene_of(younger(with_domains({"example.com"})).with([](model::MailServer& server) {
        server.protocols[0].listeners = {{1993, "Implicit", "Refuse", 0, {}}};
      }),
               beside({"example.com"}));
  EXPECT_EQ(scene.problems(), Words{});
}

TEST(Domains, come_free_when_the_older_one_goes) {
  world::World world;
  std::vector<model::Object> all = beside({"example.com"});
  all.emplace_back(model::MailServer(younger(with_domains({"example.com"}))));
  Builder builder;
  (void)builder.update(world, world.replace(std::move(all)), {});
  const Changes changes =
      builder.update(world, world.remove({"MailServer", "mail", "another"}), {});
  ASSERT_EQ(changes.verdicts.size(), 1U);
  EXPECT_TRUE(changes.verdicts[0].problems.empty());
}

TEST(UserNames, are_told_as_they_are_written_and_named_as_a_feature) {
  const Scene scene = scene_of(working().with(
      [](model::MailServer& server) { server.users = {"None", "example.com", "+"}; }));
  EXPECT_EQ(scene.server()->names, (config::UserNames{"example.com", '+', true}));
  EXPECT_EQ(resource_of(scene, "mail/example")->required_features, Words{"user-names"});
}

TEST(UserNames, that_are_made_equal_as_ever_need_no_feature) {
  for (const char* word : {"", "Auto", "Casefold"}) {
    const Scene scene = scene_of(
        working().with([&](model::MailServer& server) { server.users.normalization = word; }));
    EXPECT_EQ(scene.server()->names, config::UserNames{});
    EXPECT_EQ(resource_of(scene, "mail/example")->required_features, Words{});
  }
}

TEST(ConnectionRate, is_a_limit_that_no_older_proxy_may_overlook) {
  const Scene scene = scene_of(working().with(
      [](model::MailServer& server) { server.limits.new_connections_per_minute_per_source = 60; }));
  EXPECT_EQ(scene.server()->limits.new_connections_per_minute_per_source, 60U);
  EXPECT_EQ(resource_of(scene, "mail/example")->required_features, Words{"connection-rate"});
}

TEST(ByteRate, is_a_limit_that_no_older_proxy_may_overlook) {
  const Scene scene = scene_of(working().with(
      [](model::MailServer& server) { server.limits.bytes_per_second = 10'737'418'240; }));
  EXPECT_EQ(scene.server()->limits.bytes_per_second, 10'737'418'240U);
  EXPECT_EQ(resource_of(scene, "mail/example")->required_features, Words{"byte-rate"});
}

}  // namespace
}  // namespace postern::build
