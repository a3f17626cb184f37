#include "controller/build/tables.h"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "controller/build/checks.h"
#include "controller/build/last_good.h"

namespace postern::build {
namespace {

std::string_view word_of(TableKind kind) {
  return kind == TableKind::Routes ? "routes" : "domains";
}

std::string_view without_table(TableKind kind) {
  return kind == TableKind::Routes ? "; until that is mended, everybody who comes to this table "
                                     "gets a temporary failure"
                                   : "; until that is mended, no domain is taken from it";
}

// What is wrong with it, and the good one that there is; either may be missing.
struct Judged {
  std::optional<Remark> problem;
  std::shared_ptr<const TableDraft> good;
};

std::shared_ptr<const TableDraft> draft_of(ParsedTable parsed, const model::ConfigMapObject& map,
                                           const TableWish& wish) {
  auto out = std::make_shared<TableDraft>();
  out->material = std::move(parsed.table);
  out->numbers = std::move(parsed.numbers);
  out->source = source_of(map.meta);
  out->required_features = {std::string(wish.feature)};
  return out;
}

// A ConfigMap that was made anew with the same text is another object.
void follow_source(LastGood::KeptTable& kept, const model::ConfigMapObject& map) {
  config::SourceRef now = source_of(map.meta);
  if (kept.bad || kept.good->source == now) return;
  auto out = std::make_shared<TableDraft>(*kept.good);
  out->source = std::move(now);
  kept.good = std::move(out);
}

// A thousand MailServers may name one table: the same text is read once.
LastGood::KeptTable& read_again(LastGood& last_good, const std::string& name,
                                const model::ConfigMapObject& map, const TableWish& wish) {
  LastGood::KeptTable& kept = last_good.table(name);
  const std::string& text = map.data.at(wish.ref.key);
  if (kept.text == text) {
    follow_source(kept, map);
    return kept;
  }
  ParsedTable parsed = parse_table(text, wish.kind);
  kept.text = text;
  kept.bad = std::exchange(parsed.bad, std::nullopt);
  if (!kept.bad) kept.good = draft_of(std::move(parsed), map, wish);
  return kept;
}

// Who named domains wanted bounds, and keeps them until the first is known.
void bound_by_nothing(LastGood::KeptTable& kept, const TableWish& wish) {
  if (kept.good != nullptr || wish.kind != TableKind::Domains) return;
  auto empty = std::make_shared<TableDraft>();
  empty->source = {"ConfigMap", wish.ref.object_namespace, wish.ref.name, {}, 0};
  empty->required_features = {std::string(wish.feature)};
  kept.good = std::move(empty);
}

Judged judge(const Setting& setting, const std::string& name, const TableWish& wish) {
  const std::string path = wish.ref.object_namespace + "/" + wish.ref.name;
  const auto* map = setting.world.config_map(wish.ref.object_namespace, wish.ref.name);
  if (map == nullptr || !map->data.contains(wish.ref.key)) {
    const std::string missing = map == nullptr
                                    ? fmt::format("there is no ConfigMap {}", path)
                                    : fmt::format("ConfigMap {} has no key {}", path, wish.ref.key);
    LastGood::KeptTable& before = setting.last_good.table(name);
    bound_by_nothing(before, wish);
    return {Remark{wish.field, "ConfigMapNotFound", missing}, before.good};
  }
  LastGood::KeptTable& kept = read_again(setting.last_good, name, *map, wish);
  bound_by_nothing(kept, wish);
  if (!kept.bad) return {std::nullopt, kept.good};
  return {Remark{wish.field, "InvalidTable",
                 fmt::format("ConfigMap {}, {}, line {}: {}", path, wish.ref.key, kept.bad->number,
                             kept.bad->reason)},
          kept.good};
}

}  // namespace

std::optional<std::string> add_table(const Setting& setting, ServerDraft& server,
                                     const TableWish& wish) {
  if (auto refusal =
          check_reference(setting.world, wish.field, server.spec->meta.key.object_namespace,
                          {"ConfigMap", wish.ref.object_namespace, wish.ref.name})) {
    server.remark(std::move(refusal));
    return std::nullopt;
  }
  std::string name = fmt::format("{}/ConfigMap/{}#{}/{}", wish.ref.object_namespace, wish.ref.name,
                                 wish.ref.key, word_of(wish.kind));
  // Of domains, what the class lets each namespace have is left in: another one's list is another.
  const std::string& own = server.spec->meta.key.object_namespace;
  if (wish.kind == TableKind::Domains && own != wish.ref.object_namespace) name += "@" + own;
  Judged judged = judge(setting, name, wish);
  if (judged.problem) {
    // A list of no domains is what there is when none was ever good.
    const bool goes_on =
        judged.good && (wish.kind == TableKind::Routes || !judged.good->material.lines.empty());
    judged.problem->message +=
        goes_on ? "; the table before it stays in force" : without_table(wish.kind);
  }
  server.remark(std::move(judged.problem));
  if (!judged.good) {
    setting.last_good.forget(name);
    return std::nullopt;
  }
  server.tables[name] = std::move(judged.good);
  return name;
}

}  // namespace postern::build
