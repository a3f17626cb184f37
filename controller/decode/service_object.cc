// Services and EndpointSlices.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "common/base/ascii.h"
#include "controller/decode/core_fields.h"
#include "controller/decode/core_objects.h"
#include "controller/decode/fields.h"

namespace postern::decode {

namespace {

using Kind = Node::Kind;

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

void read_target_port(const Node& port, const std::string& path, model::ServicePort& out,
                      Findings& findings) {
  const Node* target = port.find("targetPort");
  if (target != nullptr && target->kind == Kind::String) {
    out.target_port_name = target->text;
  } else if (target != nullptr) {
    out.target_port = checked_port(port, path, "targetPort", findings).value_or(0);
  }
}

model::ServicePort read_service_port(const Node& port, const std::string& path,
                                     Findings& findings) {
  model::ServicePort out;
  out.name = checked_text(port, path, "name", findings);
  out.app_protocol = checked_text(port, path, "appProtocol", findings);
  if (!has(port, "port")) findings.add(port, path + ".port", "is missing: write port: 143");
  out.port = checked_port(port, path, "port", findings).value_or(0);
  read_target_port(port, path, out, findings);
  return out;
}

bool is_container_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
}

// Names of containers may have underscores. A last label of digits alone is a mistyped address,
// which some resolvers would take for one.
bool is_host_name(std::string_view name) {
  if (name.size() > 253) return false;
  for (;;) {
    const auto dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    if (!is_container_label(label)) return false;
    if (dot == std::string_view::npos) return !std::all_of(label.begin(), label.end(), is_digit);
    name.remove_prefix(dot + 1);
  }
}

std::vector<std::string> written_addresses(std::string_view text) {
  std::vector<std::string> out;
  for (;;) {
    const auto comma = text.find(',');
    out.emplace_back(without_blanks(text.substr(0, comma)));
    if (comma == std::string_view::npos) return out;
    text.remove_prefix(comma + 1);
  }
}

void read_addresses(const Node& document, model::ServiceObject& out, Findings& findings) {
  const auto written = out.meta.annotations.find(std::string(kAddresses));
  if (written == out.meta.annotations.end()) return;
  const Node* place = at(document, "metadata.annotations");
  if (place != nullptr) place = place->find(kAddresses);
  const std::string field = fmt::format("metadata.annotations['{}']", kAddresses);
  std::vector<std::string> all = written_addresses(written->second);
  for (const std::string& one : all) {
    if (const auto address = IpAddress::parse(one)) {
      out.addresses.push_back(*address);
    } else if (!is_host_name(one)) {
      findings.add(place == nullptr ? document : *place, field,
                   fmt::format("{} is neither an IP address nor a host name: write them as "
                               "127.0.0.11,127.0.0.12 or imap1.example.com,imap2.example.com",
                               quoted(one)));
    }
  }
  if (out.addresses.size() == all.size()) return;
  out.addresses.clear();
  out.address_names = std::move(all);
}

// Not of each: there may be tens of thousands of Services.
bool is_api_server(const model::Meta& meta) {
  return meta.key.object_namespace == "default" && meta.key.name == "kubernetes";
}

std::vector<IpAddress> cluster_addresses(const Node& spec) {
  std::vector<IpAddress> out;
  for (const std::string& text : texts_at(spec, "clusterIPs")) {
    if (const auto address = IpAddress::parse(text)) out.push_back(*address);
  }
  return out;
}

bool condition(const Node& endpoint, std::string_view key, bool when_absent) {
  const Node* value = at(endpoint, "conditions");
  if (value != nullptr) value = value->find(key);
  return value == nullptr || value->kind != Kind::Boolean ? when_absent : value->truth();
}

model::SliceEndpoint read_endpoint(const Node& endpoint, const std::string& path,
                                   Findings& findings) {
  model::SliceEndpoint out;
  const Node* addresses = typed(endpoint, path, "addresses", Kind::List, findings);
  for (std::size_t i = 0; addresses != nullptr && i < addresses->items.size(); ++i) {
    const Node& item = addresses->items[i];
    if (const auto address = IpAddress::parse(item.text)) {
      out.addresses.push_back(*address);
    } else {
      findings.add(
          item, join(path + ".addresses", i),
          fmt::format("{} is not an IP address: write one such as 10.0.0.7", quoted(item.text)));
    }
  }
  out.ready = condition(endpoint, "ready", true);
  out.serving = condition(endpoint, "serving", true);
  out.terminating = condition(endpoint, "terminating", false);
  out.hostname = checked_text(endpoint, path, "hostname", findings);
  out.zone = checked_text(endpoint, path, "zone", findings);
  if (const Node* target = typed(endpoint, path, "targetRef", Kind::Map, findings)) {
    if (text_at(*target, "kind") == "Pod") {
      out.target_pod = text_at(*target, "name");
      out.target_uid = text_at(*target, "uid");
    }
  }
  return out;
}

}  // namespace

model::ServiceObject read_service(const Node& document, model::Meta meta, Findings& findings) {
  model::ServiceObject out;
  out.meta = std::move(meta);
  if (const Node* spec = typed(document, "", "spec", Kind::Map, findings)) {
    const Node* selector = typed(*spec, "spec", "selector", Kind::Map, findings);
    out.has_selector = selector != nullptr && !selector->members.empty();
    const Node* ports = typed(*spec, "spec", "ports", Kind::List, findings);
    for (std::size_t i = 0; ports != nullptr && i < ports->items.size(); ++i) {
      out.ports.push_back(read_service_port(ports->items[i], join("spec.ports", i), findings));
    }
    if (is_api_server(out.meta)) out.api_addresses = cluster_addresses(*spec);
  }
  read_addresses(document, out, findings);
  return out;
}

model::EndpointSliceObject read_endpoint_slice(const Node& document, model::Meta meta,
                                               Findings& findings) {
  model::EndpointSliceObject out;
  out.meta = std::move(meta);
  const auto label = out.meta.labels.find("kubernetes.io/service-name");
  if (label == out.meta.labels.end()) {
    findings.add(document, "metadata.labels['kubernetes.io/service-name']",
                 "is missing: write the name of the Service that these endpoints are of");
  } else {
    out.service = label->second;
  }
  if (const Node* version = at(document, "metadata.resourceVersion")) {
    (void)std::from_chars(version->text.data(), version->text.data() + version->text.size(),
                          out.revision);
  }
  // Addresses of type FQDN are names; Kubernetes itself has given them up.
  if (text_at(document, "addressType") == "FQDN") return out;
  const Node* ports = typed(document, "", "ports", Kind::List, findings);
  for (std::size_t i = 0; ports != nullptr && i < ports->items.size(); ++i) {
    const Node& port = ports->items[i];
    const std::string path = join("ports", i);
    out.ports.push_back({checked_text(port, path, "name", findings),
                         checked_text(port, path, "appProtocol", findings),
                         checked_port(port, path, "port", findings).value_or(0)});
  }
  const Node* endpoints = typed(document, "", "endpoints", Kind::List, findings);
  for (std::size_t i = 0; endpoints != nullptr && i < endpoints->items.size(); ++i) {
    out.endpoints.push_back(read_endpoint(endpoints->items[i], join("endpoints", i), findings));
  }
  return out;
}

}  // namespace postern::decode
