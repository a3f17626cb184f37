#include "controller/decode/mail_class.h"

#include <chrono>
#include <utility>

#include "controller/decode/fields.h"
#include "controller/decode/mail_server.h"

namespace postern::decode {

namespace {

// The kernel counts whole seconds; what is left over does not make a probe earlier than written.
std::uint32_t seconds_at(const Node& node, std::string_view key, std::uint32_t when_absent) {
  const auto written = duration_at(node, key);
  if (!written) return when_absent;
  return static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::seconds>(*written).count());
}

model::KeepAliveSpec read_keep_alive(const Node& keep_alive) {
  model::KeepAliveSpec out;
  out.enabled = text_at(keep_alive, "mode") != "Disabled";
  out.idle_s = seconds_at(keep_alive, "idle", out.idle_s);
  out.interval_s = seconds_at(keep_alive, "interval", out.interval_s);
  out.probes = count_at(keep_alive, "probes").value_or(out.probes);
  return out;
}

model::SocketSpec read_socket(const Node& socket) {
  model::SocketSpec out;
  out.backlog = count_at(socket, "backlog").value_or(0);
  out.receive_buffer_octets = count_at(socket, "receiveBufferBytes").value_or(0);
  out.send_buffer_octets = count_at(socket, "sendBufferBytes").value_or(0);
  out.ipv6_only = text_at(socket, "ipv6Only") != "Disabled";
  out.multipath = text_at(socket, "multipath") == "Enabled";
  if (const Node* keep_alive = socket.find("keepAlive")) {
    out.keep_alive = read_keep_alive(*keep_alive);
  }
  return out;
}

std::vector<model::PortSpec> read_ports(const Node& spec) {
  std::vector<model::PortSpec> out;
  for (const Node& port : items_at(spec, "ports")) {
    model::PortSpec read;
    read.port = static_cast<std::uint16_t>(count_at(port, "port").value_or(0));
    for (const Node& address : items_at(port, "addresses")) {
      if (const auto parsed = IpAddress::parse(address.text)) read.addresses.push_back(*parsed);
    }
    if (const Node* socket = port.find("socket")) read.socket = read_socket(*socket);
    out.push_back(std::move(read));
  }
  return out;
}

model::LabelRequirement::Operator operator_named(std::string_view word) {
  using enum model::LabelRequirement::Operator;
  if (word == "NotIn") return NotIn;
  if (word == "Exists") return Exists;
  return word == "DoesNotExist" ? DoesNotExist : In;
}

model::NamespaceSelector read_selector(const Node& selector) {
  model::NamespaceSelector out;
  if (const Node* labels = selector.find("matchLabels")) {
    for (const Member& label : labels->members) out.match_labels[label.key] = label.value.text;
  }
  for (const Node& one : items_at(selector, "matchExpressions")) {
    out.match_expressions.push_back(
        {text_at(one, "key"), operator_named(text_at(one, "operator")), texts_at(one, "values")});
  }
  return out;
}

std::vector<model::NamespaceRule> read_namespaces(const Node& spec) {
  std::vector<model::NamespaceRule> out;
  for (const Node& rule : items_at(spec, "namespaces")) {
    model::NamespaceRule read;
    read.name = text_at(rule, "name");
    if (const Node* selector = rule.find("selector")) read.selector = read_selector(*selector);
    read.hostnames = texts_at(rule, "hostnames");
    read.domains = texts_at(rule, "domains");
    read.max_mail_servers = count_at(rule, "maxMailServers").value_or(0);
    if (const Node* limits = rule.find("limits")) read.limits = read_limits(*limits);
    out.push_back(std::move(read));
  }
  return out;
}

std::vector<Network> read_egress(const Node& egress) {
  std::vector<Network> out;
  for (const Node& cidr : items_at(egress, "allowedCIDRs")) {
    if (const auto network = Network::parse(cidr.text)) out.push_back(*network);
  }
  return out;
}

}  // namespace

model::MailClass read_mail_class(const Node& document, model::Meta meta) {
  model::MailClass out;
  out.meta = std::move(meta);
  const Node& spec = *document.find("spec");
  if (has(spec, "ports")) out.ports = read_ports(spec);
  if (const Node* proxy = spec.find("proxyProtocol")) {
    out.proxy_protocol = read_proxy_protocol(*proxy, "");  // each reference names its namespace
  }
  if (has(spec, "namespaces")) out.namespaces = read_namespaces(spec);
  if (const Node* egress = spec.find("egress")) out.egress = read_egress(*egress);
  if (const Node* drain = spec.find("drain")) {
    out.drain = {duration_at(*drain, "minimum"), duration_at(*drain, "spread"),
                 duration_at(*drain, "deadline")};
  }
  if (const Node* limits = spec.find("limits")) {
    out.max_connections = count_at(*limits, "maxConnections").value_or(0);
  }
  return out;
}

}  // namespace postern::decode
