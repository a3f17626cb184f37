#include "controller/decode/mail_class.h"

#include <gtest/gtest.h>

#include "tests/unit/controller/decode/documents.h"

namespace postern::decode {
namespace {

using model::MailClass;

MailClass mail_class(std::string_view spec) { return decoded<MailClass>(mail_class_with(spec)); }

TEST(MailClass, empty_spec_says_nothing) {
  const MailClass read = mail_class("  {}\n");
  EXPECT_EQ(read.meta.key, model::mail_class_key("postern"));
  EXPECT_FALSE(read.ports);
  EXPECT_FALSE(read.namespaces);
  EXPECT_FALSE(read.egress);
}

TEST(MailClass, ports_are_read_with_their_sockets) {
  const MailClass read = mail_class(
      "  ports:\n"
      "  - {port: 993, socket: {backlog: 511, receiveBufferBytes: 65536, sendBufferBytes: 131072,\n"
      "     multipath: Enabled, keepAlive: {idle: 2m, interval: 1500ms, probes: 9}}}\n"
      "  - {port: 143, addresses: [127.0.0.1, '::'], socket: {ipv6Only: Disabled}}\n"
      "  - {port: 465, socket: {keepAlive: {mode: Disabled}}}\n");
  ASSERT_TRUE(read.ports);
  ASSERT_EQ(read.ports->size(), 3U);
  const model::SocketSpec& socket = read.ports->at(0).socket;
  EXPECT_EQ(read.ports->at(0).port, 993);
  EXPECT_EQ(socket.backlog, 511U);
  EXPECT_EQ(socket.receive_buffer_octets, 65536U);
  EXPECT_EQ(socket.send_buffer_octets, 131072U);
  EXPECT_TRUE(socket.multipath);
  EXPECT_TRUE(socket.ipv6_only);
  EXPECT_EQ(socket.keep_alive, (model::KeepAliveSpec{true, 120, 2, 9}));
  EXPECT_EQ(read.ports->at(1).addresses,
            (std::vector<IpAddress>{*IpAddress::parse("127.0.0.1"), *IpAddress::parse("::")}));
  EXPECT_FALSE(read.ports->at(1).socket.ipv6_only);
  EXPECT_EQ(read.ports->at(1).socket.keep_alive, model::KeepAliveSpec{});
  EXPECT_FALSE(read.ports->at(2).socket.keep_alive.enabled);
}

TEST(MailClass, rules_for_namespaces_are_read_in_their_order) {
  const MailClass read = mail_class(
      "  namespaces:\n"
      "  - {name: own, selector: {matchLabels: {kubernetes.io/metadata.name: mail}}}\n"
      "  - name: customers\n"
      "    selector: {matchExpressions: [{key: a/plan, operator: In, values: [small, large]},\n"
      "      {key: test, operator: DoesNotExist}]}\n"
      "    hostnames: [customers.example]\n"
      "    domains: [a.example, b.example]\n"
      "    maxMailServers: 2\n"
      "    limits: {maxConnections: 5000, maxErrors: 3}\n");
  ASSERT_TRUE(read.namespaces);
  ASSERT_EQ(read.namespaces->size(), 2U);
  const model::NamespaceRule& own = read.namespaces->at(0);
  EXPECT_EQ(own.name, "own");
  EXPECT_EQ(own.selector.match_labels.at("kubernetes.io/metadata.name"), "mail");
  EXPECT_FALSE(own.limits);
  const model::NamespaceRule& customers = read.namespaces->at(1);
  using enum model::LabelRequirement::Operator;
  EXPECT_EQ(customers.selector.match_expressions,
            (std::vector<model::LabelRequirement>{{"a/plan", In, {"small", "large"}},
                                                  {"test", DoesNotExist, {}}}));
  EXPECT_EQ(customers.hostnames, std::vector<std::string>{"customers.example"});
  EXPECT_EQ(customers.domains, (std::vector<std::string>{"a.example", "b.example"}));
  EXPECT_EQ(customers.max_mail_servers, 2U);
  ASSERT_TRUE(customers.limits);
  EXPECT_EQ(customers.limits->max_connections, 5000U);
  EXPECT_EQ(customers.limits->max_errors, 3U);
  EXPECT_FALSE(customers.limits->max_commands);
}

TEST(MailClass, egress_is_read_with_host_bits_masked) {
  const MailClass read = mail_class("  egress: {allowedCIDRs: [10.1.2.3/8, 'fd00::/8']}\n");
  ASSERT_TRUE(read.egress);
  EXPECT_EQ(*read.egress,
            (std::vector<Network>{*Network::parse("10.0.0.0/8"), *Network::parse("fd00::/8")}));
}

TEST(MailClass, load_balancers_are_read_with_services_of_any_namespace) {
  const MailClass read = mail_class(
      "  proxyProtocol:\n"
      "    trustedCIDRs: [192.0.2.1/24]\n"
      "    trustedServiceRefs: [{name: traefik, namespace: edge}]\n"
      "    otherPeers: Refuse\n");
  ASSERT_TRUE(read.proxy_protocol);
  EXPECT_EQ(read.proxy_protocol->trusted, std::vector<Network>{*Network::parse("192.0.2.0/24")});
  EXPECT_EQ(read.proxy_protocol->trusted_services,
            (std::vector<model::ObjectRef>{{"traefik", "edge"}}));
  EXPECT_EQ(read.proxy_protocol->other_peers, "Refuse");
}

TEST(MailClass, how_a_proxy_stops_is_read_as_far_as_it_is_written) {
  EXPECT_FALSE(mail_class("  {}\n").drain);
  const MailClass whole = mail_class("  drain: {minimum: 15s, spread: 10m, deadline: 15m}\n");
  ASSERT_TRUE(whole.drain);
  EXPECT_EQ(*whole.drain, (model::DrainSpec{std::chrono::seconds{15}, std::chrono::minutes{10},
                                            std::chrono::minutes{15}}));
  const MailClass part = mail_class("  drain: {deadline: 30s}\n");
  ASSERT_TRUE(part.drain);
  EXPECT_EQ(*part.drain, (model::DrainSpec{{}, {}, std::chrono::seconds{30}}));
}

TEST(MailClass, connections_of_all_are_read) {
  EXPECT_EQ(mail_class("  {}\n").max_connections, 0U);
  EXPECT_EQ(mail_class("  limits: {maxConnections: 200000}\n").max_connections, 200000U);
}

TEST(MailClass, what_is_not_built_refuses_the_class_by_name) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"filterPrograms: {directory: /usr/lib/filters}", "spec.filterPrograms; "},
      {"sharedState: {redis: {addresses: ['redis:6379']}}", "spec.sharedState; "},
      {"dns: {timeout: 5s}", "spec.dns; "},
      {"placement: {settle: 1s}", "spec.placement; "},
      {"namespaces: [{name: a, limits: {maxRecipients: 4096}}]",
       "spec.namespaces[0].limits.maxRecipients; "},
      {"ports: [{port: 143, addresses: ['unix:/run/imap']}]",
       "spec.ports[0].addresses[0]: unix:/run/imap; write an IP address"},
  };
  for (const auto& [spec, named] : cases) {
    const std::string told = refusals(mail_class_with("  " + std::string(spec) + "\n"));
    EXPECT_TRUE(told.starts_with("not supported yet: " + std::string(named))) << told;
    EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 1) << told;
  }
}

TEST(MailClass, belongs_to_no_namespace) {
  EXPECT_EQ(refusals("apiVersion: postern.dev/v1alpha1\nkind: MailClass\n"
                     "metadata: {name: postern, namespace: mail}\nspec: {}\n"),
            "metadata.namespace: a MailClass belongs to no namespace: take the line away\n");
}

TEST(MailClass, misspelt_field_is_named) {
  EXPECT_EQ(refusals(mail_class_with("  port: [{port: 143}]\n")),
            "spec.port: there is no such field: did you mean ports?\n");
  EXPECT_EQ(refusals(mail_class_with("  ports: [{port: 143}, {port: 143}]\n")),
            "spec.ports[1]: port `143` is in the list twice (first as ports[0]): remove one\n");
}

TEST(MailClass, label_without_a_value_is_told) {
  EXPECT_EQ(refusals(mail_class_with(
                "  namespaces: [{name: a, selector: {matchLabels: {hoster.example/plan: }}}]\n")),
            "spec.namespaces[0].selector.matchLabels['hoster.example/plan']: is empty: write text, "
            "or take the line away\n");
}

TEST(NamespaceObject, is_read_with_its_labels) {
  const auto read = decoded<model::NamespaceObject>(
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: mail, labels: {plan: small}}\n");
  EXPECT_EQ(read.meta.key, model::name_space_key("mail"));
  EXPECT_EQ(read.meta.labels.at("plan"), "small");
}

}  // namespace
}  // namespace postern::decode
