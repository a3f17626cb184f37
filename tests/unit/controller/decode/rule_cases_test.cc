// Each rule of the CRD: one document that breaks it alone, and one beside it that does not.
// Whether the fields are built yet does not matter here: rules come first.
#include <gtest/gtest.h>

#include <map>

#include "controller/decode/rules.h"
#include "controller/decode/schema_check.h"
#include "tests/unit/controller/decode/documents.h"

namespace postern::decode {
namespace {

struct Case {
  std::string_view message;  // its beginning
  std::string_view broken;   // lines of spec, in flow form
  std::string_view kept;
};

// Fields that a case does not write are taken from here.
const std::map<std::string, std::string>& usual() {
  static const std::map<std::string, std::string> kUsual = {
      {"hostnames", "[mail.example.com]"},
      {"tls", "{certificateRefs: [{name: mail-tls}]}"},
      {"backends", "[{name: pods, service: {name: dovecot}}]"}};
  return kUsual;
}

std::string broken_rules(std::string_view fields) {
  Node spec = document("{" + std::string(fields) + "}");
  for (const auto& [key, value] : usual()) {
    if (spec.find(key) == nullptr && spec.find("no-" + key) == nullptr) {
      spec.members.push_back({key, document(value)});
    }
    spec.remove("no-" + key);
  }
  Findings findings;
  const SchemaNode& schema = *test_schema().find("spec");
  check_structure(schema, spec, "spec", findings);
  if (!findings.refused()) check_rules(schema, spec, "spec", findings);
  std::string out;
  for (const Finding& finding : findings.take()) out += finding.message + "\n";
  return out;
}

constexpr std::string_view kHttpProvider =
    "authentication: {providers: [{name: a, http: {url: "
    "'https://auth.example/'}}]}";

const Case kCases[] = {
    {"tls.certificateRefs is required", "no-tls: {}",
     "no-tls: {}, protocols: {imap: {listeners: [{port: 143, tls: Disabled, plaintext: Allow}]}}"},
    {"serverName is required", "hostnames: ['*.example.com']",
     "hostnames: ['*.example.com'], serverName: mail.example.com"},
    {"MX needs domains", "protocols: {mx: {}}", "protocols: {mx: {}}, domains: [example.com]"},
    {"this recipientPolicy of LMTP needs domains",
     "protocols: {lmtp: {allowedCIDRs: [10.0.0.0/8], recipientPolicy: Domains}}",
     "protocols: {lmtp: {allowedCIDRs: [10.0.0.0/8]}}"},
    {"recipientPolicy Provider needs an http", "protocols: {mx: {recipientPolicy: Provider}}",
     "protocols: {mx: {recipientPolicy: Provider}}, authentication: {providers: [{name: a, grpc: "
     "{serviceRef: {name: auth, port: 9000}}}]}"},
    {"a clientCertificate provider needs",
     "authentication: {providers: [{name: a, clientCertificate: {}}]}",
     "authentication: {providers: [{name: a, clientCertificate: {}}]}, tls: {certificateRefs: "
     "[{name: t}], clientCertificates: {caCertificateRefs: [{name: ca}]}}"},
    {"this login method needs a provider",
     "backends: [{name: a, service: {name: s}, login: {method: MasterUser, secretRef: {name: m}}}]",
     "backends: [{name: a, service: {name: s}, login: {method: OAuthToken}}]"},
    {"a dynamic backend needs", "backends: [{name: a, dynamic: {allowedCIDRs: [10.0.0.0/8]}}]",
     "backends: [{name: a, dynamic: {allowedCIDRs: [10.0.0.0/8]}}], authentication: {providers: "
     "[{name: a, dovecot: {serviceRef: {name: auth, port: 12345}}}]}"},
    {"filters need MX or LMTP", "filters: [{name: f, command: {name: sort}}]",
     "filters: [{name: f, command: {name: sort}}], protocols: {lmtp: {allowedCIDRs: "
     "[10.0.0.0/8]}}"},
    {"a port may be used by one protocol only",
     "protocols: {imap: {}, pop3: {listeners: [{port: "
     "143}]}}",
     "protocols: {imap: {}, pop3: {}}"},
    {"plaintext has no meaning", "protocols: {imap: {listeners: [{port: 993, plaintext: Refuse}]}}",
     "protocols: {imap: {listeners: [{port: 993, tls: StartTLS, plaintext: Refuse}]}}"},
    {"a listener without TLS sends passwords",
     "protocols: {imap: {listeners: [{port: 143, tls: Disabled}]}}",
     "protocols: {imap: {listeners: [{port: 143, tls: Disabled, plaintext: Allow}]}}"},
    {"a listener without TLS that refuses plaintext",
     "protocols: {lmtp: {allowedCIDRs: [10.0.0.0/8], listeners: [{port: 24, tls: Disabled, "
     "plaintext: Refuse}]}}",
     "protocols: {lmtp: {allowedCIDRs: [10.0.0.0/8], listeners: [{port: 24, tls: Disabled}]}}"},
    {"proxyProtocol needs trustedCIDRs", "proxyProtocol: {otherPeers: Refuse}",
     "proxyProtocol: {trustedServiceRefs: [{name: lb}]}"},
    {"`10.0.0.1` must be a CIDR", "sourceAccess: {allowedCIDRs: [10.0.0.1]}",
     "sourceAccess: {allowedCIDRs: [10.0.0.1/32, '2001:db8::/32']}"},
    {"list belongs to source: List", "protocols: {imap: {capabilities: {source: List}}}",
     "protocols: {imap: {capabilities: {source: List, list: []}}}"},
    {"hide belongs to source: Backends",
     "protocols: {imap: {capabilities: {source: List, list: [IDLE], hide: [ID]}}}",
     "protocols: {imap: {capabilities: {hide: [ID]}}}"},
    {"mechanisms on MX need login: Allow", "protocols: {mx: {mechanisms: [PLAIN]}}, domains: [a.b]",
     "protocols: {mx: {mechanisms: [PLAIN], login: Allow}}, domains: [a.b]"},
    {"allowedCIDRs of LMTP must not be everybody", "protocols: {lmtp: {allowedCIDRs: ['::/0']}}",
     "protocols: {lmtp: {allowedCIDRs: ['fd00::/8']}}"},
    {"minVersion must not be above", "tls: {certificateRefs: [{name: t}], maxVersion: TLSv1.1}",
     "tls: {certificateRefs: [{name: t}], minVersion: TLSv1, maxVersion: TLSv1.1}"},
    {"ticketKeysRef belongs to mode Tickets",
     "tls: {certificateRefs: [{name: t}], resumption: {mode: Cache, ticketKeysRef: {name: k}}}",
     "tls: {certificateRefs: [{name: t}], resumption: {ticketKeysRef: {name: k}}}"},
    {"caCertificateRefs is needed",
     "tls: {certificateRefs: [{name: t}], clientCertificates: {mode: Required}}",
     "tls: {certificateRefs: [{name: t}], clientCertificates: {mode: OptionalUnverified}}"},
    {"a filter is exactly one of", "protocols: {mx: {}}, domains: [a.b], filters: [{name: f}]",
     "protocols: {mx: {}}, domains: [a.b], filters: [{name: f, command: {name: sort}}]"},
    {"keys of tags are", "logging: {tags: {1st: x}}", "logging: {tags: {_first: x}}"},
    {"a step is exactly one of", "users: {authName: {steps: [{onMiss: Keep}]}}",
     "users: {authName: {steps: [{localPart: {}}]}}"},
    {"exactly one of url and serviceRef", "routing: {tables: [{http: {}}]}",
     "routing: {tables: [{http: {url: 'https://a.example/'}}]}"},
    {"path belongs to serviceRef", "routing: {tables: [{http: {url: 'https://a.b/', path: /x}}]}",
     "routing: {tables: [{http: {serviceRef: {name: a, port: 1}, path: /x}}]}"},
    {"scheme belongs to serviceRef",
     "routing: {tables: [{http: {url: 'https://a.b/', scheme: HTTP}}]}",
     "routing: {tables: [{http: {serviceRef: {name: a, port: 1}, scheme: HTTP}}]}"},
    {"exactly one of value and secretKeyRef",
     "routing: {tables: [{http: {url: 'https://a.b/', headers: [{name: X}]}}]}",
     "routing: {tables: [{http: {url: 'https://a.b/', headers: [{name: X, value: x}]}}]}"},
    {"this header is written by Postern",
     "routing: {tables: [{http: {url: 'https://a.b/', headers: [{name: HOST, value: x}]}}]}",
     "routing: {tables: [{http: {url: 'https://a.b/', headers: [{name: Hosts, value: x}]}}]}"},
    {"a provider is exactly one of", "authentication: {providers: [{name: a}]}", kHttpProvider},
    {"cache needs accepted or rejected",
     "authentication: {providers: [{name: a, backend: {}, cache: {maxEntries: 5}}]}",
     "authentication: {providers: [{name: a, backend: {}, cache: {rejected: 5s}}]}"},
    {"strictness belongs to style AuthHTTP",
     "authentication: {providers: [{name: a, http: {url: 'https://a.b/', strictness: Strict}}]}",
     "authentication: {providers: [{name: a, http: {url: 'https://a.b/', strictness: Strict, "
     "style: "
     "AuthHTTP}}]}"},
    {"headers Auth-... and Client-...",
     "authentication: {providers: [{name: a, http: {url: 'https://a.b/', style: AuthHTTP, headers: "
     "[{name: Client-IP, value: x}]}}]}",
     "authentication: {providers: [{name: a, http: {url: 'https://a.b/', headers: [{name: "
     "Client-IP, value: x}]}}]}"},
    {"without audiences, scopes",
     "authentication: {providers: [{name: a, oauth2: {issuer: 'https://id.example'}}]}",
     "authentication: {providers: [{name: a, oauth2: {issuer: 'https://id.example', scopes: "
     "[mail]}}]}"},
    {"exactly one of userDNTemplate and search",
     "authentication: {providers: [{name: a, ldap: {servers: ['ldaps://l.example']}}]}",
     "authentication: {providers: [{name: a, ldap: {servers: ['ldaps://l.example'], "
     "userDNTemplate: 'uid={user}'}}]}"},
    {"userDNTemplate must contain",
     "authentication: {providers: [{name: a, ldap: {servers: ['ldaps://l.example'], "
     "userDNTemplate: 'uid=root'}}]}",
     "authentication: {providers: [{name: a, ldap: {servers: ['ldaps://l.example'], "
     "userDNTemplate: 'uid={localPart}'}}]}"},
    {"filter must contain",
     "authentication: {providers: [{name: a, ldap: {servers: ['ldaps://l.example'], search: {base: "
     "dc=a, filter: '(uid=x)'}}}]}",
     "authentication: {providers: [{name: a, ldap: {servers: ['ldaps://l.example'], search: {base: "
     "dc=a, filter: '(uid={user})'}}}]}"},
    {"a backend is exactly one of", "backends: [{name: a}]",
     "backends: [{name: a, addresses: [{name: b, address: '::1'}]}]"},
    {"the pods of a statefulSet",
     "backends: [{name: a, statefulSet: {name: s, members: 2}, balancing: {policy: RoundRobin}}]",
     "backends: [{name: a, statefulSet: {name: s, members: 2}, balancing: {hashKey: Domain}}]"},
    {"the auth provider chooses",
     "backends: [{name: a, dynamic: {allowedCIDRs: [10.0.0.0/8]}, maxSessionsPerMember: 5}], "
     "authentication: {providers: [{name: a, http: {url: 'https://a.b/'}}]}",
     "backends: [{name: a, dynamic: {allowedCIDRs: [10.0.0.0/8]}}], authentication: {providers: "
     "[{name: a, http: {url: 'https://a.b/'}}]}"},
    {"method ClientCertificate needs",
     "backends: [{name: a, service: {name: s}, login: {method: ClientCertificate}}], "
     "authentication: {providers: [{name: a, http: {url: 'https://a.b/'}}]}",
     "backends: [{name: a, service: {name: s}, login: {method: ClientCertificate}, tls: "
     "{clientCertificateRef: {name: c}}}], authentication: {providers: [{name: a, http: {url: "
     "'https://a.b/'}}]}"},
    {"methods XClient and None are for Submission",
     "backends: [{name: a, service: {name: s}, ports: [{protocol: IMAP, login: {method: XClient}}]"
     "}], authentication: {providers: [{name: a, http: {url: 'https://a.b/'}}]}",
     "backends: [{name: a, service: {name: s}, ports: [{protocol: Submission, login: {method: "
     "XClient}}]}], authentication: {providers: [{name: a, http: {url: 'https://a.b/'}}]}"},
    {"methods XClient and None are for Submission: set them in ports",
     "backends: [{name: a, service: {name: s}, login: {method: None}}], authentication: "
     "{providers: [{name: a, http: {url: 'https://a.b/'}}]}",
     "backends: [{name: a, service: {name: s}, login: {method: Password}}]"},
    {"`a_b` must be an IP address", "backends: [{name: a, addresses: [{name: b, address: a_b}]}]",
     "backends: [{name: a, addresses: [{name: b, address: A-b.Example}]}]"},
    {"MX and LMTP do not log in",
     "backends: [{name: a, service: {name: s}, ports: [{protocol: MX, login: {}}]}]",
     "backends: [{name: a, service: {name: s}, ports: [{protocol: MX}]}]"},
    {"secretRef belongs to method MasterUser",
     "backends: [{name: a, service: {name: s}, login: {secretRef: {name: m}}}]",
     "backends: [{name: a, service: {name: s}, login: {method: MasterUser, secretRef: {name: "
     "m}}}], authentication: {providers: [{name: a, http: {url: 'https://a.b/'}}]}"},
    {"form belongs to method MasterUser",
     "backends: [{name: a, service: {name: s}, login: {form: AuthzID}}]",
     "backends: [{name: a, service: {name: s}, login: {}}]"},
    {"separator belongs to form",
     "backends: [{name: a, service: {name: s}, login: {separator: '*'}}]",
     "backends: [{name: a, service: {name: s}, login: {mechanism: PLAIN}}]"},
    {"hashKey belongs to policy",
     "backends: [{name: a, service: {name: s}, balancing: {policy: RoundRobin, hashKey: User}}]",
     "backends: [{name: a, service: {name: s}, balancing: {hashKey: User}}]"},
    {"zones: Prefer would break",
     "backends: [{name: a, service: {name: s}, balancing: {zones: Prefer}}]",
     "backends: [{name: a, service: {name: s}, balancing: {policy: RoundRobin, zones: Prefer}}]"},
    {"routing.rules[].backends must name",
     "routing: {rules: [{name: r, match: {domains: [a.b]}, backends: [{name: other}]}]}",
     "routing: {rules: [{name: r, match: {domains: [a.b]}, backends: [{name: pods}]}]}"},
    {"member must be one of the backend's",
     "routing: {rules: [{name: r, match: {domains: [a.b]}, backends: [{name: a, member: s-2}]}]}, "
     "backends: [{name: a, statefulSet: {name: s, members: 2}}]",
     "routing: {rules: [{name: r, match: {domains: [a.b]}, backends: [{name: a, member: s-1}]}]}, "
     "backends: [{name: a, statefulSet: {name: s, members: 2}}]"},
    {"routing.rules[].match.providers must name",
     "routing: {rules: [{name: r, match: {providers: [b]}, backends: [{name: pods}]}]}",
     "routing: {rules: [{name: r, match: {providers: [b]}, backends: [{name: pods}]}]}, "
     "authentication: {providers: [{name: b, backend: {}}]}"},
    {"exactly one of configMap and http", "routing: {tables: [{onMiss: Reject}]}",
     "routing: {tables: [{configMap: {name: t}}]}"},
    {"at least one weight must be above 0",
     "routing: {rules: [{name: r, match: {domains: [a.b]}, backends: [{name: pods, weight: 0}]}]}",
     "routing: {rules: [{name: r, match: {domains: [a.b]}, backends: [{name: pods, weight: 1}]}]}"},
};

TEST(RuleCases, broken_alone_is_told_alone_and_kept_is_not_told) {
  for (const Case& row : kCases) {
    const std::string told = broken_rules(row.broken);
    EXPECT_TRUE(told.starts_with(row.message)) << row.broken << "\n→ " << told;
    EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 1) << row.broken << "\n→ " << told;
    EXPECT_EQ(broken_rules(row.kept), "") << row.kept;
  }
}

TEST(RuleCases, each_function_has_a_case) {
  constexpr std::size_t kBeginning = 14;  // tells all messages apart that a case may share
  for (const auto& list : {spec_rules(), protocol_rules(), service_rules(), authentication_rules(),
                           backend_rules(), routing_rules()}) {
    for (const NamedRule& rule : list) {
      EXPECT_TRUE(std::any_of(std::begin(kCases), std::end(kCases), [&](const Case& row) {
        return row.message.find(rule.message.substr(0, kBeginning)) != std::string_view::npos;
      })) << rule.message;
    }
  }
}

TEST(RuleCases, ordinals_of_members_have_one_spelling) {
  for (const char* member : {"s-01", "s--1", "s-", "s", "s-1a", "t-0", "s-10000"}) {
    const std::string told = broken_rules(
        "routing: {rules: [{name: r, match: {domains: [a.b]}, backends: [{name: a, member: '" +
        std::string(member) +
        "'}]}]}, backends: [{name: a, statefulSet: {name: s, members: 1000}}]");
    EXPECT_NE(told, "") << member;
  }
}

}  // namespace
}  // namespace postern::decode
