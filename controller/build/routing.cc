// Which backend has whose mail: tables, rules. A part that is wrong leads its users nowhere, never
// elsewhere.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "controller/build/passes.h"
#include "controller/build/tables.h"

namespace postern::build {
namespace {

const BackendDraft* find_backend(const ServerDraft& server, const std::string& word) {
  const auto found = std::ranges::find_if(
      server.backends, [&](const BackendDraft& one) { return one.backend.name == word; });
  return found == server.backends.end() ? nullptr : &*found;
}

// Empty: somebody can be led there.
std::string fault_of(const config::TableLine& line, const ServerDraft& server) {
  const BackendDraft* backend = find_backend(server, line.backend);
  if (backend == nullptr) return fmt::format("there is no backend {}", line.backend);
  const auto& members = backend->backend.declared_members;
  if (line.member.empty() || std::ranges::count(members, line.member) > 0) return {};
  if (!members.empty()) return fmt::format("{} has no member {}", line.backend, line.member);
  return fmt::format("the members of {} have no lasting names", line.backend);
}

// A table may serve several MailServers, so its lines are looked at for each.
void check_lines(ServerDraft& server, const std::string& table, const std::string& field) {
  const TableDraft& draft = *server.tables.at(table);
  std::vector<std::pair<std::uint32_t, std::string>> faults;
  for (std::size_t i = 0; i < draft.material.lines.size(); ++i) {
    const config::TableLine& line = draft.material.lines[i];
    std::string fault = fault_of(line, server);
    if (!fault.empty()) {
      faults.emplace_back(draft.numbers[i], fmt::format("{}: {}", line.key, fault));
    }
  }
  if (faults.empty()) return;
  std::ranges::sort(faults);
  std::string message =
      fmt::format("ConfigMap {}/{}", draft.source.object_namespace, draft.source.name);
  for (std::size_t i = 0; i < std::min(faults.size(), kLinesNamed); ++i) {
    message += fmt::format("{} line {}: {}", i == 0 ? "," : ";", faults[i].first, faults[i].second);
  }
  if (faults.size() > kLinesNamed) {
    message += fmt::format("; and {} more", faults.size() - kLinesNamed);
  }
  message += "; whom these lines name gets a temporary failure";
  server.remark(Remark{field, "InvalidTable", std::move(message)});
}

config::RoutingTable add(const Setting& setting, ServerDraft& server, std::size_t index) {
  const model::RoutingTableSpec& spec = server.spec->routing.tables[index];
  const std::string field = fmt::format("spec.routing.tables[{}].configMap", index);
  auto name =
      add_table(setting, server, {spec.config_map, field, TableKind::Routes, config::kRouting});
  if (name) check_lines(server, *name, field);
  return {name.value_or(""), spec.on_miss == "Reject"};
}

config::RouteMatch match_of(const model::RouteMatchSpec& spec) {
  config::RouteMatch out;
  out.protocols = spec.protocols;
  out.ports = spec.ports;
  out.hostnames = spec.hostnames;
  out.domains = spec.domains;
  out.users = spec.users;
  out.user_pattern = spec.user_pattern;
  out.sources = spec.sources;
  out.providers = spec.providers;
  for (const auto& [name, value] : spec.attributes) out.attributes.push_back({name, value});
  return out;
}

// What the rule itself says of protocols can be checked; of the others the session will tell.
void check_target(ServerDraft& server, const model::RouteRuleSpec& rule,
                  const model::RouteTargetSpec& target, const std::string& field) {
  const BackendDraft* backend = find_backend(server, target.backend);
  if (backend == nullptr || target.weight == 0) return;
  for (const Protocol protocol : rule.match.protocols) {
    if (backend->backend.port(protocol) != nullptr) continue;
    server.remark(Remark{field, "PortNotFound",
                         fmt::format("backend {} has no port for {}, which the rule is for: take "
                                     "another backend, or give it that port",
                                     target.backend, name_of(protocol))});
  }
}

config::RouteRule rule_of(ServerDraft& server, std::size_t index) {
  const model::RouteRuleSpec& spec = server.spec->routing.rules[index];
  config::RouteRule out{spec.name, match_of(spec.match), {}};
  for (std::size_t i = 0; i < spec.backends.size(); ++i) {
    const model::RouteTargetSpec& target = spec.backends[i];
    check_target(server, spec, target,
                 fmt::format("spec.routing.rules[{}].backends[{}]", index, i));
    out.targets.push_back(
        {fmt::format("{}/{}", server.path, target.backend), target.weight, target.member});
  }
  return out;
}

// A pod that decides alone is not told to proxies, unless they have to know what it is called.
bool matches_providers(const model::RoutingSpec& spec) {
  return std::ranges::any_of(
      spec.rules, [](const model::RouteRuleSpec& rule) { return !rule.match.providers.empty(); });
}

}  // namespace

void build_routing(const Setting& setting, ServerDraft& server) {
  const model::RoutingSpec& spec = server.spec->routing;
  config::Routing& routing = server.server.routing;
  for (std::size_t i = 0; i < spec.tables.size(); ++i) {
    routing.tables.push_back(add(setting, server, i));
  }
  for (std::size_t i = 0; i < spec.rules.size(); ++i) routing.rules.push_back(rule_of(server, i));
  if (matches_providers(spec)) server.names_providers = true;
  if (!routing.empty()) routing.seed = server.backends.front().backend.seed;
}

}  // namespace postern::build
