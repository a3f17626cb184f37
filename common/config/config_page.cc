#include "common/config/config_page.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "common/base/ascii.h"

namespace postern::config {

namespace {

std::string date_of(std::int64_t unix_seconds) {
  const std::time_t time = unix_seconds;
  std::tm parts{};
  char text[sizeof "2026-01-01T00:00:00Z" + 16];
  const bool is_told = ::gmtime_r(&time, &parts) != nullptr &&
                       std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) > 0;
  return is_told ? text : "unknown";
}

std::string about(const KeyPair& pair) {
  std::string names;
  for (const std::string_view name : pair.dns_names) {
    if (!names.empty()) names += ',';
    names += name;
  }
  return fmt::format(" key pair of {} until {}", names.empty() ? "no name" : printable(names),
                     date_of(pair.not_after_unix_s));
}

std::string about(const TrustBundle&) { return " trust bundle"; }

std::string about(const SecretText&) { return " secret text"; }

std::string about(const OwnTicketKeys&) { return " ticket keys"; }

std::string about(const Credentials& one) {
  return fmt::format(" credentials of {}", printable(one.user));
}

std::string about(const ResourceBody& body) {
  if (const auto* keys = std::get_if<TicketKeys>(&body)) {
    return fmt::format(" since {}", date_of(keys->made_unix_s));
  }
  const auto* material = std::get_if<SecretMaterial>(&body);
  if (!material) return {};
  return std::visit([](const auto& kind) { return about(kind); }, *material);
}

}  // namespace

std::string config_page(std::string_view version,
                        std::vector<std::shared_ptr<const Resource>> resources) {
  std::sort(resources.begin(), resources.end(),
            [](const auto& a, const auto& b) { return a->key() < b->key(); });
  std::string out = fmt::format("version {}\n", version);
  for (const auto& resource : resources) {
    out += fmt::format("{} {} {}{}", name_of(resource->type()), printable(resource->name),
                       resource->version, about(resource->body));
    for (const SourceRef& source : resource->sources) {
      out += fmt::format(" {}:{}/{}", source.kind, source.object_namespace, source.name);
    }
    out += '\n';
  }
  return out;
}

}  // namespace postern::config
