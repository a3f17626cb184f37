// Which backend has whose mail.
#include "common/base/ascii.h"
#include "controller/decode/fields.h"
#include "controller/decode/mail_server.h"

namespace postern::decode {

namespace {

model::RoutingTableSpec read_table(const Node& table, const std::string& own_namespace) {
  model::RoutingTableSpec out;
  if (const Node* map = table.find("configMap")) {
    out.config_map = read_config_map_key_ref(*map, own_namespace, "routes");
  }
  if (has(table, "onMiss")) out.on_miss = text_at(table, "onMiss");
  return out;
}

// Mailboxes, domains and hostnames are compared in lower case.
std::vector<std::string> lower_texts_at(const Node& node, std::string_view key) {
  std::vector<std::string> out;
  for (const std::string& text : texts_at(node, key)) out.push_back(lower(text));
  return out;
}

model::RouteMatchSpec read_match(const Node& match) {
  model::RouteMatchSpec out;
  for (const std::string& word : texts_at(match, "protocols")) {
    if (const auto protocol = protocol_named(word)) out.protocols.push_back(*protocol);
  }
  for (const Node& port : items_at(match, "ports")) {
    out.ports.push_back(static_cast<std::uint16_t>(number_of(port)));
  }
  out.hostnames = lower_texts_at(match, "hostnames");
  out.domains = lower_texts_at(match, "domains");
  out.users = lower_texts_at(match, "users");
  out.user_pattern = text_at(match, "userPattern");
  for (const Node& cidr : items_at(match, "sourceCIDRs")) {
    if (const auto network = Network::parse(cidr.text)) out.sources.push_back(*network);
  }
  out.providers = texts_at(match, "providers");
  for (const Node& attribute : items_at(match, "attributes")) {
    out.attributes.emplace_back(text_at(attribute, "name"), text_at(attribute, "value"));
  }
  return out;
}

model::RouteRuleSpec read_rule(const Node& rule) {
  model::RouteRuleSpec out;
  out.name = text_at(rule, "name");
  if (const Node* match = rule.find("match")) out.match = read_match(*match);
  for (const Node& target : items_at(rule, "backends")) {
    out.backends.push_back({text_at(target, "name"), count_at(target, "weight").value_or(1),
                            text_at(target, "member")});
  }
  return out;
}

}  // namespace

model::RoutingSpec read_routing(const Node& spec, const std::string& own_namespace) {
  model::RoutingSpec out;
  const Node* routing = spec.find("routing");
  if (routing == nullptr) return out;
  for (const Node& table : items_at(*routing, "tables")) {
    out.tables.push_back(read_table(table, own_namespace));
  }
  for (const Node& rule : items_at(*routing, "rules")) out.rules.push_back(read_rule(rule));
  return out;
}

}  // namespace postern::decode
