// Rules at protocols, listeners, TLS, logging and filters.
#include <map>
#include <set>

#include "common/base/address.h"
#include "common/base/ascii.h"
#include "controller/decode/rule_words.h"
#include "controller/decode/rules.h"

namespace postern::decode {

namespace {

const std::map<std::string_view, std::vector<std::int64_t>>& usual_ports() {
  static const std::map<std::string_view, std::vector<std::int64_t>> kPorts = {
      {"imap", {143, 993}},    {"pop3", {110, 995}}, {"submission", {587, 465}},
      {"manageSieve", {4190}}, {"mx", {25}},         {"lmtp", {24}}};
  return kPorts;
}

std::vector<std::int64_t> ports_of(std::string_view key, const Node& protocol) {
  if (!has(protocol, "listeners")) return usual_ports().at(key);
  std::vector<std::int64_t> out;
  for (const Node& listener : items_at(protocol, "listeners")) {
    out.push_back(count_at(listener, "port").value_or(0));
  }
  return out;
}

bool ports_differ(const Node& protocols) {
  std::set<std::int64_t> taken;
  for (const std::string_view key : kProtocolKeys) {
    const Node* protocol = protocols.find(key);
    if (protocol == nullptr) continue;
    for (const std::int64_t port : ports_of(key, *protocol)) {
      if (!taken.insert(port).second) return false;
    }
  }
  return true;
}

bool plaintext_has_meaning(const Node& listener) {
  if (!has(listener, "plaintext")) return true;
  if (has(listener, "tls")) return !is(listener, "tls", "Implicit");
  const auto port = count_at(listener, "port").value_or(0);
  return port != 993 && port != 995 && port != 465;
}

bool clear_text_is_said(const Node& listener) {
  return !is(listener, "tls", "Disabled") || is(listener, "plaintext", "Allow");
}

bool takes_some_mail(const Node& listener) {
  return !(is(listener, "tls", "Disabled") && is(listener, "plaintext", "Refuse"));
}

bool somebody_is_trusted(const Node& proxy_protocol) {
  return has(proxy_protocol, "trustedCIDRs") || has(proxy_protocol, "trustedServiceRefs");
}

bool is_network(const Node& cidr) {
  return is_ip(std::string_view(cidr.text).substr(0, cidr.text.find('/'))) &&
         Network::parse(cidr.text).has_value();
}

bool list_with_source(const Node& capabilities) {
  return is(capabilities, "source", "List") == has(capabilities, "list");
}
bool hide_with_source(const Node& capabilities) {
  return !has(capabilities, "hide") || is(capabilities, "source", "Backends");
}

bool mx_mechanisms_with_login(const Node& mx) {
  return is(mx, "login", "Allow") || !has(mx, "mechanisms");
}

bool nobody_is_everybody(const Node& networks) {
  return std::none_of(networks.items.begin(), networks.items.end(),
                      [](const Node& cidr) { return cidr.text.ends_with("/0"); });
}

// TLSv1 < TLSv1.1 < TLSv1.2 < TLSv1.3 as text too.
bool versions_in_order(const Node& tls) {
  return text_at(tls, "minVersion") <= text_at(tls, "maxVersion");
}
bool ticket_keys_with_tickets(const Node& resumption) {
  return !has(resumption, "ticketKeysRef") || is(resumption, "mode", "Tickets");
}
bool authorities_of_clients(const Node& certificates) {
  return is(certificates, "mode", "OptionalUnverified") || has(certificates, "caCertificateRefs");
}

bool one_filter(const Node& filter) { return exactly_one(filter, {"command", "http", "milter"}); }

bool is_tag(std::string_view key) {
  constexpr std::size_t kLongestTag = 63;
  return !key.empty() && key.size() <= kLongestTag && (is_letter(key[0]) || key[0] == '_') &&
         std::all_of(key.begin(), key.end(), [](char c) {
           return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-';
         });
}
bool tags_have_names(const Node& tags) {
  return std::all_of(tags.members.begin(), tags.members.end(),
                     [](const Member& tag) { return is_tag(tag.key); });
}

constexpr NamedRule kProtocolRules[] = {
    {"a port may be used by one protocol only", ports_differ},
    {"plaintext has no meaning on a listener with implicit TLS", plaintext_has_meaning},
    {"a listener without TLS sends passwords in clear: say so with plaintext: Allow",
     clear_text_is_said},
    {"a listener without TLS that refuses plaintext can take no mail", takes_some_mail},
    {"proxyProtocol needs trustedCIDRs or trustedServiceRefs: nobody is trusted by default",
     somebody_is_trusted},
    {"must be a CIDR such as 192.0.2.0/24 or 2001:db8::/32", is_network},
    {"list belongs to source: List, and List needs it", list_with_source},
    {"hide belongs to source: Backends", hide_with_source},
    {"mechanisms on MX need login: Allow", mx_mechanisms_with_login},
    {"allowedCIDRs of LMTP must not be everybody", nobody_is_everybody},
    {"minVersion must not be above maxVersion", versions_in_order},
    {"ticketKeysRef belongs to mode Tickets", ticket_keys_with_tickets},
    {"caCertificateRefs is needed to verify client certificates", authorities_of_clients},
    {"a filter is exactly one of command, http, milter", one_filter},
    {"keys of tags are up to 63 letters, digits, _, . and -", tags_have_names},
};

}  // namespace

std::span<const NamedRule> protocol_rules() { return kProtocolRules; }

}  // namespace postern::decode
