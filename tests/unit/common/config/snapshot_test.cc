#include "common/config/snapshot.h"

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace postern::config {
namespace {

void put(Snapshot::Resources& resources, std::string name, ResourceBody body) {
  auto resource = std::make_shared<Resource>();
  resource->name = std::move(name);
  resource->body = std::move(body);
  resources[resource->key()] = resource;
}

Snapshot example() {
  Snapshot::Resources resources;
  Listener listener;
  listener.port = 993;
  Server server;
  server.server_name = "mail.example.com";
  Backend backend;
  backend.name = "mailbox";
  put(resources, "993", listener);
  put(resources, "mail/example", server);
  put(resources, "mail/example/mailbox", backend);
  put(resources, "mail/example/mailbox", EndpointSet{});
  put(resources, "mail/ca#ca.crt", SecretMaterial{TrustBundle{"pem"}});
  return {"v1", std::move(resources)};
}

TEST(Snapshot, finds_resources_by_type_and_name) {
  const Snapshot snapshot = example();
  EXPECT_EQ(snapshot.version(), "v1");
  EXPECT_EQ(snapshot.listener(993)->port, 993);
  EXPECT_EQ(snapshot.server("mail/example")->server_name, "mail.example.com");
  EXPECT_EQ(snapshot.backend("mail/example/mailbox")->name, "mailbox");
  EXPECT_NE(snapshot.endpoints("mail/example/mailbox"), nullptr);
  EXPECT_TRUE(std::holds_alternative<TrustBundle>(*snapshot.secret("mail/ca#ca.crt")));
}

TEST(Snapshot, has_nothing_of_other_names) {
  const Snapshot snapshot = example();
  EXPECT_EQ(snapshot.listener(143), nullptr);
  EXPECT_EQ(snapshot.server("mail/example/mailbox"), nullptr);
  EXPECT_EQ(snapshot.backend("mail/example"), nullptr);
  EXPECT_EQ(snapshot.secret(""), nullptr);
}

std::shared_ptr<const Resource> server_named(const std::string& name, const std::string& version) {
  return std::make_shared<const Resource>(Resource{name, version, {}, Server{}, {}});
}

Snapshot with_servers(int count) {
  Snapshot::Draft draft{Snapshot()};
  for (int i = 0; i < count; ++i) draft.put(server_named("mail/" + std::to_string(i), "1"));
  return draft.finish("v1");
}

TEST(Snapshot, a_draft_copies_the_shards_that_it_touches_and_shares_the_others) {
  const Snapshot before = with_servers(1000);
  Snapshot::Draft draft(before);
  draft.put(server_named("mail/7", "2"));
  const Snapshot after = draft.finish("v2");
  EXPECT_EQ(after.shards_shared_with(before), Shards<Resource>::kShards - 1);
  EXPECT_EQ(before.find(ResourceType::Server, "mail/7")->version, "1");
  EXPECT_EQ(after.find(ResourceType::Server, "mail/7")->version, "2");
  EXPECT_EQ(after.size(), 1000U);
  EXPECT_EQ(after.version(), "v2");
}

TEST(Snapshot, a_draft_that_touches_nothing_shares_everything) {
  const Snapshot before = with_servers(100);
  Snapshot::Draft draft(before);
  draft.erase({ResourceType::Server, "mail/none"});
  EXPECT_EQ(draft.finish("v2").shards_shared_with(before), Shards<Resource>::kShards);
}

TEST(Snapshot, shares_the_shards_that_say_the_very_same) {
  const Snapshot one = with_servers(1000);
  Snapshot other = Snapshot("v", one.resources());
  EXPECT_EQ(other.shards_shared_with(one), 0U);
  other.share_parts_with(one);
  EXPECT_EQ(other.shards_shared_with(one), Shards<Resource>::kShards);
  Snapshot::Draft draft(one);
  draft.put(server_named("mail/7", "2"));
  Snapshot changed = draft.finish("w");
  changed.share_parts_with(other);
  EXPECT_EQ(changed.shards_shared_with(other), Shards<Resource>::kShards - 1);
  EXPECT_EQ(changed.find(ResourceType::Server, "mail/7")->version, "2");
}

TEST(Snapshot, a_draft_sees_its_own_changes) {
  Snapshot::Draft draft(with_servers(3));
  draft.erase({ResourceType::Server, "mail/1"});
  draft.put(server_named("mail/new", "9"));
  EXPECT_FALSE(draft.has(ResourceType::Server, "mail/1"));
  EXPECT_EQ(draft.find({ResourceType::Server, "mail/new"})->version, "9");
  const Snapshot after = draft.finish("v");
  EXPECT_EQ(after.resources().size(), 3U);
  EXPECT_EQ(after.server("mail/1"), nullptr);
}

TEST(Shards, tell_things_of_one_hash_apart) {
  Shards<std::string>::Draft draft{Shards<std::string>()};
  const auto is = [](const char* text) {
    return [text](const std::string& s) { return s == text; };
  };
  for (const char* text : {"a", "b", "c", "b"}) {
    draft.put(7, std::make_shared<const std::string>(text), is(text));
  }
  draft.erase(7, is("a"));
  const Shards<std::string> made = draft.finish();
  EXPECT_EQ(made.size(), 2U);
  EXPECT_EQ(made.find(7, is("a")), nullptr);
  ASSERT_NE(made.find(7, is("c")), nullptr);
  EXPECT_EQ(**made.find(7, is("c")), "c");
  EXPECT_EQ(made.find(7 + 64, is("c")), nullptr);
}

TEST(Resource, type_is_that_of_its_body) {
  Resource resource;
  resource.name = "x";
  const std::pair<ResourceBody, ResourceType> rows[] = {
      {SecretMaterial{}, ResourceType::Secret}, {Backend{}, ResourceType::Backend},
      {EndpointSet{}, ResourceType::Endpoints}, {Table{}, ResourceType::Table},
      {Provider{}, ResourceType::Provider},     {Server{}, ResourceType::Server},
      {Listener{}, ResourceType::Listener},     {ClassTerms{}, ResourceType::Class},
      {TicketKeys{}, ResourceType::TicketKeys},
  };
  for (const auto& [body, type] : rows) {
    resource.body = body;
    EXPECT_EQ(resource.type(), type);
    EXPECT_EQ(resource.key(), (ResourceKey{type, "x"}));
  }
}

TEST(Resource, types_are_applied_before_what_needs_them) {
  EXPECT_LT(ResourceType::Secret, ResourceType::Backend);
  EXPECT_LT(ResourceType::Backend, ResourceType::Server);
  EXPECT_LT(ResourceType::Endpoints, ResourceType::Server);
  EXPECT_LT(ResourceType::Secret, ResourceType::Provider);
  EXPECT_LT(ResourceType::Table, ResourceType::Server);
  EXPECT_LT(ResourceType::Provider, ResourceType::Server);
  EXPECT_LT(ResourceType::Server, ResourceType::Listener);
}

TEST(Resource, types_have_the_names_of_the_stream) {
  EXPECT_EQ(name_of(ResourceType::Secret), "SECRET");
  EXPECT_EQ(name_of(ResourceType::Endpoints), "ENDPOINTS");
  EXPECT_EQ(name_of(ResourceType::Table), "TABLE");
  EXPECT_EQ(name_of(ResourceType::Provider), "PROVIDER");
  EXPECT_EQ(name_of(ResourceType::Listener), "LISTENER");
  EXPECT_EQ(name_of(ResourceType::Class), "CLASS");
  EXPECT_EQ(name_of(ResourceType::TicketKeys), "TICKET_KEYS");
}

TEST(Lookups, give_what_there_is_of_a_protocol) {
  Server server;
  server.protocols.emplace_back().protocol = Protocol::Pop3;
  EXPECT_NE(server.offer(Protocol::Pop3), nullptr);
  EXPECT_EQ(server.offer(Protocol::Imap), nullptr);
  Backend backend;
  backend.ports.emplace_back().protocol = Protocol::Lmtp;
  EXPECT_NE(backend.port(Protocol::Lmtp), nullptr);
  EXPECT_EQ(backend.port(Protocol::Imap), nullptr);
  Endpoint endpoint;
  endpoint.ports = {{Protocol::Imap, 143}};
  EXPECT_EQ(endpoint.port(Protocol::Imap), 143);
  EXPECT_EQ(endpoint.port(Protocol::Pop3), 0);
}

TEST(KeyPair, equals_another_with_the_same_octets) {
  const KeyPair a{"chain", SharedSecret("key"), {"x"}, 1};
  const KeyPair b{"chain", SharedSecret("key"), {"x"}, 1};
  const KeyPair c{"chain", SharedSecret("other"), {"x"}, 1};
  EXPECT_EQ(a, b);
  EXPECT_FALSE(a == c);
}

}  // namespace
}  // namespace postern::config
