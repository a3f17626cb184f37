#include "cli/tool/why_words.h"

#include <chrono>

#include <fmt/format.h>

namespace postern::tool {
namespace {

using policy::ChosenBy;
using policy::NoRoute;

std::string duration_words(std::chrono::seconds seconds) {
  const auto count = seconds.count();
  if (count % 3600 == 0) return fmt::format("{}h", count / 3600);
  if (count % 60 == 0) return fmt::format("{}m", count / 60);
  return fmt::format("{}s", count);
}

}  // namespace

std::string table_words(std::string_view resource) {
  constexpr std::string_view kKind = "/ConfigMap/";
  const std::size_t kind = resource.find(kKind);
  const std::size_t hash = resource.rfind('#');
  const std::size_t end = resource.rfind('/');
  if (kind == std::string_view::npos || hash == std::string_view::npos || end < hash) {
    return std::string(resource);
  }
  const std::size_t name = kind + kKind.size();
  return fmt::format("ConfigMap {}/{}, key {}", resource.substr(0, kind),
                     resource.substr(name, hash - name), resource.substr(hash + 1, end - hash - 1));
}

std::string provider_words(const config::Provider& provider) {
  if (std::holds_alternative<config::CertificateProvider>(provider.kind)) {
    return fmt::format("{} (the certificate of his client)", provider.name);
  }
  const auto* http = std::get_if<config::HttpProvider>(&provider.kind);
  if (http == nullptr) return fmt::format("{} (the mail pod itself decides)", provider.name);
  return fmt::format("{} (asks {}://{}:{}{})", provider.name,
                     http->service.secure ? "https" : "http", http->service.host,
                     http->service.port, http->service.target);
}

std::string choice_words(const policy::Choice& choice) {
  switch (choice.by) {
    case ChosenBy::TableLine:
    case ChosenBy::DomainLine:
      if (choice.key.empty()) return table_words(choice.name);
      return fmt::format("line {} of {}", choice.key, table_words(choice.name));
    case ChosenBy::Rule: return fmt::format("rule {}", choice.name);
    case ChosenBy::Default: return "the order of spec.backends";
  }
  return "?";
}

std::string_view choice_kind(const policy::Choice& choice) {
  switch (choice.by) {
    case ChosenBy::TableLine:
    case ChosenBy::DomainLine: return "table";
    case ChosenBy::Rule: return "rule";
    case ChosenBy::Default: return "default";
  }
  return "?";
}

std::string unrouted_words(const policy::Unrouted& why, Protocol protocol) {
  const std::string who = choice_words(why.choice);
  switch (why.reason) {
    case NoRoute::ProtocolNotOffered:
      return fmt::format("the MailServer does not offer {}", name_of(protocol));
    case NoRoute::NoBackend: return fmt::format("no backend has {}", name_of(protocol));
    case NoRoute::TableAway:
      return fmt::format(
          "{} cannot be used and never could, and it may speak of him: he gets a "
          "temporary failure",
          why.choice.name.empty() ? "a table of spec.routing.tables" : who);
    case NoRoute::UnknownUser:
      return fmt::format(
          "{} has no line for him, and onMiss is Reject: he is refused as an "
          "unknown user",
          who);
    case NoRoute::UnknownBackend:
      return fmt::format(
          "{} names the backend {}, which the MailServer does not have: he gets a "
          "temporary failure",
          who, why.backend);
    case NoRoute::BackendLacksIt:
      return fmt::format("{} leads to a backend without {}: he gets a temporary failure", who,
                         name_of(protocol));
  }
  return "?";
}

std::string rate_words(const config::FailureRate& rate) {
  return fmt::format("{} in {} block for {}", rate.failures, duration_words(rate.window),
                     duration_words(rate.block));
}

}  // namespace postern::tool
