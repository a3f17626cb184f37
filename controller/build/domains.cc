// Domains that stand in ConfigMaps. Each reference is a table, if an empty one: a MailServer with
// no bounds would take the users of everybody.
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "controller/build/checks.h"
#include "controller/build/class_namespaces.h"
#include "controller/build/class_rules.h"
#include "controller/build/last_good.h"
#include "controller/build/passes.h"
#include "controller/build/tables.h"

namespace postern::build {
namespace {

using Shared = std::shared_ptr<const TableDraft>;

LastGood::AllowedTable allowed_of(const Shared& table, const std::vector<std::string>& domains) {
  LastGood::AllowedTable out{table, domains, table, {}};
  auto left = std::make_shared<TableDraft>();
  std::vector<std::pair<std::uint32_t, std::string_view>> kept_away;
  for (std::size_t i = 0; i < table->material.lines.size(); ++i) {
    const config::TableLine& line = table->material.lines[i];
    if (may_claim(domains, line.key)) {
      left->material.lines.push_back(line);
      left->numbers.push_back(table->numbers[i]);
    } else {
      kept_away.emplace_back(table->numbers[i], line.key);
    }
  }
  if (kept_away.empty()) return out;
  std::ranges::sort(kept_away);
  for (std::size_t i = 0; i < std::min(kept_away.size(), kLinesNamed); ++i) {
    out.left_out +=
        fmt::format("{}line {}: {}", i == 0 ? "" : "; ", kept_away[i].first, kept_away[i].second);
  }
  if (kept_away.size() > kLinesNamed) {
    out.left_out += fmt::format("; and {} more", kept_away.size() - kLinesNamed);
  }
  left->source = table->source;
  left->required_features = table->required_features;
  out.table = std::move(left);
  return out;
}

// All who name it so are in one namespace, and have one rule: what is left out is looked for once.
Shared within_class(const Setting& setting, ServerDraft& server, const std::string& name,
                    const std::string& field) {
  const Shared& table = server.tables.at(name);
  const auto* rule = setting.rules.rule_for(server.spec->meta.key.object_namespace);
  if (rule == nullptr || rule->domains.empty()) return table;
  LastGood::AllowedTable& allowed = setting.last_good.table(name).allowed;
  if (allowed.of != table || allowed.domains != rule->domains) {
    allowed = allowed_of(table, rule->domains);
  }
  if (!allowed.left_out.empty()) {
    server.remark(
        Remark{field, "DomainNotAllowed",
               fmt::format("ConfigMap {}/{}, {}: not for this namespace: rule {} of the "
                           "class allows {} and domains below",
                           table->source.object_namespace, table->source.name, allowed.left_out,
                           rule->name, fmt::join(rule->domains, ", "))});
  }
  return allowed.table;
}

}  // namespace

bool build_domains(const Setting& setting, ServerDraft& server) {
  const std::vector<model::ConfigMapKeyRef>& refs = server.spec->domains_from;
  const std::size_t said = server.problems.size();
  for (std::size_t i = 0; i < refs.size(); ++i) {
    const std::string field = fmt::format("spec.domainsFrom[{}]", i);
    auto name = add_table(setting, server, {refs[i], field, TableKind::Domains, config::kDomains});
    if (!name) continue;
    Shared table = within_class(setting, server, *name, field);
    server.tables[*name] = table;
    server.domain_tables.push_back({i, std::move(table)});
    server.server.domain_tables.push_back(*std::move(name));
  }
  if (refs.empty() || !server.domains.empty() || !server.domain_tables.empty()) return true;
  server.remark(nothing_served());
  server.tell_first(said);
  return false;
}

}  // namespace postern::build
