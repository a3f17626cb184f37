// Ticket keys that a MailServer brings along.
#include <gtest/gtest.h>

#include "common/config/ticket_keys.h"
#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

constexpr const char* kResource = "mail/ticket-keys/keys";

Scene with_keys(const std::map<std::string, std::string>& keys) {
  std::vector<model::Object> others = rest();
  model::SecretObject secret;
  secret.meta = mk_secret("mail/keys", "", "").meta;
  for (const auto& [name, octets] : keys) secret.data.emplace(name, SharedSecret(octets));
  others.emplace_back(std::move(secret));
  return scene_of(working().with([](model::MailServer& server) {
    server.tls->ticket_keys_ref = model::ObjectRef{"keys", "mail"};
  }),
                  std::move(others));
}

std::string row_of(const Scene& scene) {
  const auto* material = scene.find<config::SecretMaterial>(kResource);
  if (material == nullptr) return {};
  return std::string(std::get<config::OwnTicketKeys>(*material).masters.reveal());
}

const std::string kShort(48, 's');
const std::string kLong(80, 'l');

TEST(OwnTicketKeys, are_given_as_masters_in_the_order_of_their_names) {
  const Scene scene = with_keys({{"2", kLong}, {"1", kShort}});
  EXPECT_EQ(scene.problems(), Words{});
  EXPECT_EQ(scene.server()->tls.tickets, kResource);
  const std::string row = row_of(scene);
  ASSERT_EQ(row.size(), 2 * config::kTicketMasterOctets);
  EXPECT_EQ(row.substr(0, 32), row_of(with_keys({{"1", kShort}})));
  EXPECT_EQ(row.substr(32), row_of(with_keys({{"a", kLong}})));
  for (const config::Resource& resource : scene.built.resources) {
    if (resource.name != kResource) continue;
    EXPECT_EQ(resource.required_features, Words{"own-ticket-keys"});
  }
}

TEST(OwnTicketKeys, are_not_told_to_proxies_as_they_are) {
  EXPECT_EQ(row_of(with_keys({{"1", kLong}})).find("lll"), std::string::npos);
}

TEST(OwnTicketKeys, that_cannot_be_used_are_named_and_those_of_the_class_serve) {
  std::map<std::string, std::string> many;
  for (char name = 'a'; name <= 'q'; ++name) many[std::string(1, name)] = kShort;
  for (const auto& keys : {std::map<std::string, std::string>{},
                           {{"1", std::string(47, 's')}},
                           {{"1", kShort}, {"2", "x"}},
                           many}) {
    const Scene scene = with_keys(keys);
    EXPECT_EQ(scene.problems(), Words{"InvalidSecret spec.tls.resumption.ticketKeysRef"});
    EXPECT_EQ(scene.server()->tls.tickets, "");
    EXPECT_EQ(row_of(scene), "");
  }
}

TEST(OwnTicketKeys, that_are_missing_are_named) {
  const Scene scene = scene_of(working().with([](model::MailServer& server) {
    server.tls->ticket_keys_ref = model::ObjectRef{"missing", "mail"};
  }));
  EXPECT_EQ(scene.problems(), Words{"SecretNotFound spec.tls.resumption.ticketKeysRef"});
  EXPECT_NE(scene.listener("993"), nullptr);
}

TEST(OwnTicketKeys, of_another_namespace_are_refused_without_a_grant) {
  const Scene scene = scene_of(working().with([](model::MailServer& server) {
    server.tls->ticket_keys_ref = model::ObjectRef{"keys", "other"};
  }));
  EXPECT_EQ(scene.problems(), Words{"RefNotPermitted spec.tls.resumption.ticketKeysRef"});
}

}  // namespace
}  // namespace postern::build
