#include <gtest/gtest.h>

#include "controller/decode/mail_server.h"
#include "tests/unit/controller/decode/documents.h"

namespace postern::decode {
namespace {

using model::MailServer;

TEST(Routing, arrives_as_it_is_written_with_names_in_lower_case) {
  const auto server = decoded<MailServer>(mail_server_with(R"(
  routing:
    tables:
    - {configMap: {name: moved}}
    - {configMap: {name: moved, key: partners}, onMiss: Reject}
    rules:
    - name: all
      match:
        protocols: [IMAP]
        ports: [993]
        hostnames: ['*.example.com']
        domains: [example.com]
        users: [Joe@Example.com]
        userPattern: 'j.*'
        sourceCIDRs: [192.0.2.0/24]
        attributes: [{name: Tier, value: Gold}]
      backends: [{name: pods, weight: 2}]
)"));
  ASSERT_EQ(server.routing.tables.size(), 2U);
  EXPECT_EQ(server.routing.tables[0].config_map,
            (model::ConfigMapKeyRef{"moved", "mail", "routes"}));
  EXPECT_EQ(server.routing.tables[0].on_miss, "Continue");
  EXPECT_EQ(server.routing.tables[1].config_map.key, "partners");
  EXPECT_EQ(server.routing.tables[1].on_miss, "Reject");
  const model::RouteRuleSpec& rule = server.routing.rules.at(0);
  EXPECT_EQ(rule.match.protocols, std::vector<Protocol>{Protocol::Imap});
  EXPECT_EQ(rule.match.ports, std::vector<std::uint16_t>{993});
  EXPECT_EQ(rule.match.users, std::vector<std::string>{"joe@example.com"});
  EXPECT_EQ(rule.match.user_pattern, "j.*");
  EXPECT_EQ(rule.match.sources.at(0).text(), "192.0.2.0/24");
  EXPECT_EQ(rule.match.attributes.at(0), std::pair(std::string("Tier"), std::string("Gold")));
  EXPECT_EQ(rule.backends, (std::vector<model::RouteTargetSpec>{{"pods", 2, {}}}));
}

TEST(Routing, that_is_not_written_is_empty) {
  EXPECT_EQ(decoded<MailServer>(mail_server_with("")).routing, model::RoutingSpec{});
}

}  // namespace
}  // namespace postern::decode
