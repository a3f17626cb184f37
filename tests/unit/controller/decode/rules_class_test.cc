// Each rule of the MailClass's CRD: one document that breaks it alone, and one beside it that does
// not. Whether the fields are built yet does not matter here: rules come first.
#include <gtest/gtest.h>

#include "controller/decode/rules.h"
#include "controller/decode/schema_check.h"
#include "tests/unit/controller/decode/documents.h"

namespace postern::decode {
namespace {

std::string broken_rules(std::string_view fields) {
  Node spec = document("{" + std::string(fields) + "}");
  Findings findings;
  const SchemaNode& schema = *test_class_schema().find("spec");
  check_structure(schema, spec, "spec", findings);
  if (!findings.refused()) check_rules(schema, spec, "spec", findings);
  std::string out;
  for (const Finding& finding : findings.take())
    out += finding.field + ": " + finding.message + "\n";
  return out;
}

struct Case {
  std::string_view told;  // its beginning
  std::string_view broken;
  std::string_view kept;
};

const Case kCases[] = {
    {"spec: a unix socket belongs to one port",
     "ports: [{port: 143, addresses: ['unix:/a']}, {port: 993, addresses: ['unix:/a']}]",
     "ports: [{port: 143, addresses: ['unix:/a', '::1']}, {port: 993, addresses: ['unix:/b', "
     "'::1']}]"},
    {"spec.ports[0]: ipv6Only is about the address '::'",
     "ports: [{port: 143, addresses: ['::1'], socket: {ipv6Only: Enabled}}]",
     "ports: [{port: 143, addresses: ['::1', '::'], socket: {ipv6Only: Enabled}}]"},
    {"spec.ports[0]: ipv6Only is about the address '::'",
     "ports: [{port: 143, socket: {ipv6Only: Disabled}}]",
     "ports: [{port: 143, addresses: ['::'], socket: {ipv6Only: Disabled}}]"},
    {"spec.ports[0].addresses[0]: `127.0.0.1:143` must be an IP address or unix:/path",
     "ports: [{port: 143, addresses: ['127.0.0.1:143']}]",
     "ports: [{port: 143, addresses: [127.0.0.1, '2001:db8::1', 'unix:/run/postern/imap']}]"},
    {"spec.ports[0].addresses[0]: `unix:run/imap` must be an IP address or unix:/path",
     "ports: [{port: 143, addresses: ['unix:run/imap']}]",
     "ports: [{port: 143, addresses: ['unix:/run/imap']}]"},
    {"spec.ports[0].addresses[0]: `::ffff:10.0.0.1` must be an IP address or unix:/path",
     "ports: [{port: 143, addresses: ['::ffff:10.0.0.1']}]",
     "ports: [{port: 143, addresses: ['10.0.0.1']}]"},
    {"spec.ports[0].socket.keepAlive: idle, interval and probes belong to mode: Enabled",
     "ports: [{port: 143, socket: {keepAlive: {mode: Disabled, probes: 3}}}]",
     "ports: [{port: 143, socket: {keepAlive: {probes: 3}}}]"},
    {"spec.ports[0].socket.keepAlive.idle: `10h` must be a duration",
     "ports: [{port: 143, socket: {keepAlive: {idle: 10h}}}]",
     "ports: [{port: 143, socket: {keepAlive: {idle: 9h}}}]"},
    {"spec.proxyProtocol: proxyProtocol needs trustedCIDRs", "proxyProtocol: {otherPeers: Refuse}",
     "proxyProtocol: {trustedCIDRs: [10.0.0.0/8]}"},
    {"spec.namespaces: a rule without selector fits every namespace",
     "namespaces: [{name: all}, {name: a, selector: {matchLabels: {a: b}}}]",
     "namespaces: [{name: a, selector: {matchLabels: {a: b}}}, {name: all}]"},
    {"spec.namespaces: a rule without selector fits every namespace",
     "namespaces: [{name: all}, {name: others}]", "namespaces: [{name: all}]"},
    {"spec.namespaces[0].selector.matchExpressions[0]: In and NotIn need values",
     "namespaces: [{name: a, selector: {matchExpressions: [{key: k, operator: NotIn}]}}]",
     "namespaces: [{name: a, selector: {matchExpressions: [{key: k, operator: NotIn, values: "
     "['']}]}}]"},
    {"spec.namespaces[0].selector.matchExpressions[0]: In and NotIn need values",
     "namespaces: [{name: a, selector: {matchExpressions: [{key: k, operator: Exists, values: "
     "[v]}]}}]",
     "namespaces: [{name: a, selector: {matchExpressions: [{key: k, operator: DoesNotExist}]}}]"},
    {"spec.egress.allowedCIDRs[0]: `10.0.0.1` must be a CIDR", "egress: {allowedCIDRs: [10.0.0.1]}",
     "egress: {allowedCIDRs: [10.0.0.1/32, 'fd00::/8']}"},
    {"spec.egress.allowedCIDRs[0]: `::ffff:10.0.0.0/8` must be a CIDR",
     "egress: {allowedCIDRs: ['::ffff:10.0.0.0/8']}", "egress: {allowedCIDRs: [10.0.0.0/8]}"},
    {"spec.filterPrograms.directory: `/usr/../etc` must be an absolute path without '..'",
     "filterPrograms: {directory: /usr/../etc}", "filterPrograms: {directory: /usr/.a/b-1_c}"},
    {"spec.filterPrograms.directory: `usr/lib` must be an absolute path",
     "filterPrograms: {directory: usr/lib}", "filterPrograms: {directory: /usr/lib}"},
    {"spec.filterPrograms.directory: `/usr//lib/` must be an absolute path",
     "filterPrograms: {directory: /usr//lib/}", "filterPrograms: {directory: /usr/lib}"},
    {"spec.sharedState.redis.addresses[0]: `redis` must be host:port in lower case",
     "sharedState: {redis: {addresses: [redis]}}",
     "sharedState: {redis: {addresses: ['redis-0.redis.svc:6379', '10.0.0.1:1']}}"},
    {"spec.sharedState.redis.addresses[0]: `redis:65536` must be host:port in lower case",
     "sharedState: {redis: {addresses: ['redis:65536']}}",
     "sharedState: {redis: {addresses: ['redis:65535', '[2001:db8::1]:6379']}}"},
    {"spec.sharedState.redis.addresses[0]: `[2001:db8::1]` must be host:port in lower case",
     "sharedState: {redis: {addresses: ['[2001:db8::1]']}}",
     "sharedState: {redis: {addresses: ['[::1]:1']}}"},
    {"spec.sharedState.redis.tls: the other fields of tls belong to mode: Required",
     "sharedState: {redis: {addresses: ['redis:6379'], tls: {mode: Disabled, serverName: r}}}",
     "sharedState: {redis: {addresses: ['redis:6379'], tls: {serverName: r}}}"},
    {"spec.dns.servers[0]: `192.0.2.53:0` must be an IP address with an optional port",
     "dns: {servers: ['192.0.2.53:0']}",
     "dns: {servers: ['192.0.2.53:53', '192.0.2.53', '2001:db8::53', '[2001:db8::53]', "
     "'[2001:db8::53]:5353']}"},
    {"spec.dns.servers[0]: `[2001:db8::53]x` must be an IP address with an optional port",
     "dns: {servers: ['[2001:db8::53]x']}", "dns: {servers: ['::']}"},
    {"spec.drain: deadline (5m when absent) must be at least minimum + spread + 5s",
     "drain: {minimum: 15s, spread: 5m}", "drain: {minimum: 15s, spread: 5m, deadline: 320s}"},
    {"spec.drain: deadline (5m when absent) must be at least minimum + spread + 5s",
     "drain: {minimum: 10s, deadline: 14999ms}", "drain: {minimum: 10s, deadline: 15s}"},
};

TEST(ClassRuleCases, broken_alone_is_told_alone_and_kept_is_not_told) {
  for (const Case& row : kCases) {
    const std::string told = broken_rules(row.broken);
    EXPECT_TRUE(told.starts_with(row.told)) << row.broken << "\n→ " << told;
    EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 1) << row.broken << "\n→ " << told;
    EXPECT_EQ(broken_rules(row.kept), "") << row.kept;
  }
}

TEST(ClassRuleCases, each_function_has_a_case) {
  constexpr std::size_t kBeginning = 14;  // tells all messages apart
  for (const NamedRule& rule : class_rules()) {
    EXPECT_TRUE(std::any_of(std::begin(kCases), std::end(kCases), [&](const Case& row) {
      return row.told.find(rule.message.substr(0, kBeginning)) != std::string_view::npos;
    })) << rule.message;
  }
}

}  // namespace
}  // namespace postern::decode
