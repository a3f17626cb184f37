#include "controller/build/conflicts.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace postern::build {
namespace {

std::string_view tls_word(config::ListenerTls tls) {
  switch (tls) {
    case config::ListenerTls::Implicit: return "Implicit";
    case config::ListenerTls::StartTls: return "StartTLS";
    case config::ListenerTls::Disabled: return "Disabled";
  }
  return "?";
}

}  // namespace

std::optional<Remark> check_shared_port(const config::Listener& shared, const ListenerWish& wish) {
  if (shared.protocol == wish.protocol && shared.tls == wish.tls) {
    if (shared.proxy_protocol == wish.proxy_protocol) return std::nullopt;
    // A port cannot know whose client comes before the header has told who he is.
    return Remark{wish.field, "ProxyProtocolConflict",
                  fmt::format("port {} has another proxyProtocol for an older MailServer: take the "
                              "same, or another port",
                              shared.port)};
  }
  return Remark{wish.field, "ProtocolConflict",
                fmt::format("port {} is {} with tls: {} for an older MailServer: take the same, or "
                            "another port",
                            shared.port, name_of(shared.protocol), tls_word(shared.tls))};
}

Remark lost_hostname(const HostnameWish& hostname, std::uint16_t port) {
  return {.field = fmt::format("spec.hostnames[{}]", hostname.index),
          .reason = "HostnameConflict",
          .message = fmt::format("an older MailServer has {} on port {}", hostname.name, port),
          .port = port};
}

Remark lost_domains(std::string field, const LostDomains& lost, std::uint16_t port) {
  const bool is_one = lost.count == 1;
  const std::size_t more = lost.count - lost.first.size();
  return {.field = std::move(field),
          .reason = "DomainConflict",
          .message = fmt::format(
              "{} {}{} on port {}: users of {} come to this one by its hostnames only",
              is_one ? "an older MailServer has" : "older MailServers have",
              fmt::join(lost.first, ", "), more > 0 ? fmt::format(" and {} more", more) : "", port,
              is_one ? "it" : "them"),
          .port = port};
}

Off lost_every_hostname(std::uint16_t port) {
  return {"HostnameConflict",
          fmt::format("older MailServers have every hostname on port {}: no name is left by which "
                      "clients could reach this one there",
                      port)};
}

}  // namespace postern::build
