#include "controller/app/debug_pages.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <map>
#include <set>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "controller/world/references.h"

namespace postern::controller_app {
namespace {

using model::ObjectKey;
using publish::ApplyReport;

std::string text_of(const ObjectKey& key) { return key.kind + " " + key.path(); }

std::string_view word_of(const ApplyReport& report) {
  if (report.sequence == 0) return "connected";
  switch (report.state) {
    case ApplyReport::State::Active: return "active";
    case ApplyReport::State::PartiallyActive: return "partially_active";
    case ApplyReport::State::Rejected: return "rejected";
    case ApplyReport::State::Gone: return "gone";
  }
  return "unknown";
}

std::string refusal_line(const publish::Refusal& refusal) {
  return fmt::format("{} {}: {}{}{}", config::name_of(refusal.key.type), refusal.key.name,
                     refusal.field, refusal.field.empty() ? "" : ": ",
                     printable(refusal.detail, 1024));
}

// One fact: "  names       Secret mail/tls: there".
void say(std::string& out, std::string_view what, const std::string& fact) {
  out += fmt::format("  {:<10} {}\n", what, fact);
}

std::string there(const world::World& world, const ObjectKey& key) {
  return text_of(key) + (world.object(key) == nullptr ? ": not there" : ": there");
}

std::string facts_of(const model::Meta& meta) {
  return fmt::format(
      "uid {}, generation {}, made {}", meta.uid.empty() ? "none" : meta.uid, meta.generation,
      meta.creation_timestamp.empty() ? "at an unknown time" : meta.creation_timestamp);
}

std::set<ObjectKey> names_of(const model::Object& object) {
  if (const auto* server = model::as<model::MailServer>(object)) {
    return world::references_of(*server);
  }
  if (const auto* mail_class = model::as<model::MailClass>(object)) {
    return world::references_of(*mail_class);
  }
  return {};
}

bool comes_from(const config::SourceList& sources, const ObjectKey& key) {
  return std::ranges::any_of(sources, [&](const config::SourceRef& source) {
    return source.kind == key.kind && source.object_namespace == key.object_namespace &&
           source.name == key.name;
  });
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned octet = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const char* end = text.data() + i + 3;
    if (std::from_chars(text.data() + i + 1, end, octet, 16).ptr != end) return std::nullopt;
    out += static_cast<char>(octet);
    i += 2;
  }
  return has_control(out) ? std::nullopt : std::optional(out);
}

}  // namespace

std::string store_page(const world::World& world) {
  std::map<std::string, std::size_t> counts;
  std::string objects;
  for (const ObjectKey& key : world.keys()) {
    ++counts[key.kind];
    objects += fmt::format("{}: {}\n", text_of(key), facts_of(model::meta_of(*world.object(key))));
  }
  std::string out;
  for (const auto& [kind, count] : counts) out += fmt::format("{} {}\n", count, kind);
  return out + "\n" + objects;
}

std::string proxies_page(const std::vector<ApplyReport>& reports) {
  std::string out = fmt::format("{} proxies\n", reports.size());
  for (const ApplyReport& report : reports) {
    out += fmt::format("\n{}: {}\n", printable(report.proxy), word_of(report));
    say(out, "runs", report.version.empty() ? "nothing" : report.version);
    say(out, "answered", fmt::format("publication {}", report.sequence));
    if (report.load) say(out, "open", fmt::format("{} connections", report.load->open));
    if (report.drain) {
      say(out, "drains", fmt::format("{} sessions are left", report.drain->open_sessions));
    }
    for (const publish::Refusal& one : report.refusals) say(out, "refuses", refusal_line(one));
  }
  return out;
}

std::optional<ObjectKey> object_in(std::string_view query) {
  constexpr std::string_view kObject = "object=";
  if (!query.starts_with(kObject)) return std::nullopt;
  query.remove_prefix(kObject.size());
  const auto text = decoded(query.substr(0, query.find('&')));
  if (!text) return std::nullopt;
  const std::size_t first = text->find('/');
  if (first == 0 || first == std::string::npos) return std::nullopt;
  const std::size_t second = text->find('/', first + 1);
  const std::string kind = text->substr(0, first);
  if (second == std::string::npos) return ObjectKey{kind, {}, text->substr(first + 1)};
  return ObjectKey{kind, text->substr(first + 1, second - first - 1), text->substr(second + 1)};
}

std::string why_of_world(const world::World& world, const ObjectKey& key) {
  std::string out = text_of(key) + "\n";
  const model::Object* object = world.object(key);
  say(out, "is",
      object == nullptr ? "not there, or nobody needs it"
                        : "there: " + facts_of(model::meta_of(*object)));
  if (object != nullptr) {
    for (const ObjectKey& name : names_of(*object)) say(out, "names", there(world, name));
  }
  for (const ObjectKey& server : world.named_by(key)) say(out, "named by", text_of(server));
  return out;
}

std::string why_of_proxies(const ObjectKey& key, const WantedResources& wanted,
                           const std::vector<ApplyReport>& reports) {
  std::string out;
  for (const auto& resource : wanted) {
    if (!comes_from(resource->sources, key)) continue;
    say(out, "gives",
        fmt::format("{} {} {}", config::name_of(resource->type()), resource->name,
                    resource->version));
  }
  if (out.empty()) say(out, "gives", "proxies nothing");
  for (const ApplyReport& report : reports) {
    for (const publish::Refusal& one : report.refusals) {
      if (!comes_from(one.sources, key)) continue;
      say(out, "refused", printable(report.proxy) + ": " + refusal_line(one));
    }
  }
  return out;
}

}  // namespace postern::controller_app
