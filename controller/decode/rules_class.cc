// Rules at a MailClass.
#include <string>

#include "common/base/ascii.h"
#include "controller/decode/rule_words.h"
#include "controller/decode/rules.h"

namespace postern::decode {

namespace {

constexpr std::string_view kSocketFile = "unix:";

bool lists_address(const Node& port, std::string_view address) {
  return any_of(port, "addresses", [&](const Node& one) { return one.text == address; });
}

bool socket_files_have_one_port(const Node& spec) {
  return all_of(spec, "ports", [&](const Node& port) {
    return all_of(port, "addresses", [&](const Node& address) {
      const auto& ports = items_at(spec, "ports");
      return !address.text.starts_with(kSocketFile) ||
             std::count_if(ports.begin(), ports.end(), [&](const Node& other) {
               return lists_address(other, address.text);
             }) == 1;
    });
  });
}

bool any_address_where_ipv6_only(const Node& port) {
  return at(port, "socket.ipv6Only") == nullptr || lists_address(port, "::");
}

bool is_visible(char c) { return c >= '!' && c <= '~'; }

bool is_listen_address(const Node& address) {
  constexpr std::size_t kLongestPath = 106;  // of a socket file: the kernel's 108 with / and NUL
  if (is_ip(address.text)) return true;
  std::string_view path = address.text;
  if (!path.starts_with("unix:/")) return false;
  path.remove_prefix(6);
  return !path.empty() && path.size() <= kLongestPath &&
         std::all_of(path.begin(), path.end(), is_visible);
}

bool probes_with_keep_alive(const Node& keep_alive) {
  return is(keep_alive, "mode", "Enabled") ||
         (!has(keep_alive, "idle") && !has(keep_alive, "interval") && !has(keep_alive, "probes"));
}

bool rule_for_all_is_last(const Node& namespaces) {
  const auto for_all = [](const Node& rule) { return !has(rule, "selector"); };
  const auto count = std::count_if(namespaces.items.begin(), namespaces.items.end(), for_all);
  return count == 0 || (count == 1 && for_all(namespaces.items.back()));
}

bool values_with_operator(const Node& requirement) {
  return is_one_of(text_at(requirement, "operator"), {"In", "NotIn"}) == has(requirement, "values");
}

// "/usr/lib/postern": parts of letters, digits, -, _ and ., none of which begins with "..".
bool is_absolute_path(const Node& directory) {
  const std::string_view path = directory.text;
  const auto allowed = [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.' || c == '/';
  };
  return path.starts_with('/') && !path.ends_with('/') &&
         path.find("//") == std::string_view::npos && path.find("/..") == std::string_view::npos &&
         std::all_of(path.begin(), path.end(), allowed);
}

bool is_port(std::string_view text) {
  constexpr std::size_t kMostDigits = 5;
  return !text.empty() && text.size() <= kMostDigits && text[0] != '0' &&
         std::all_of(text.begin(), text.end(), is_digit) && std::stoi(std::string(text)) <= 65535;
}

// "[2001:db8::1]" and what follows; empty where there are no brackets around an address.
std::optional<std::string_view> after_brackets(std::string_view text) {
  const auto end = text.find(']');
  if (!text.starts_with('[') || end == std::string_view::npos || !is_ip(text.substr(1, end - 1))) {
    return std::nullopt;
  }
  return text.substr(end + 1);
}

// As in DNS, lower case; the last label may be a number here.
bool is_lower_host(std::string_view name) {
  const auto sign = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; };
  for (;;) {
    constexpr std::size_t kLongestLabel = 63;
    const auto dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    if (label.empty() || label.size() > kLongestLabel || label.front() == '-' ||
        label.back() == '-' || !std::all_of(label.begin(), label.end(), sign)) {
      return false;
    }
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

bool is_host_and_port(const Node& address) {
  const std::string_view text = address.text;
  if (const auto rest = after_brackets(text)) {
    return rest->starts_with(':') && is_port(rest->substr(1));
  }
  const auto colon = text.rfind(':');
  return colon != std::string_view::npos && is_lower_host(text.substr(0, colon)) &&
         is_port(text.substr(colon + 1));
}

bool is_name_server(const Node& server) {
  const std::string_view text = server.text;
  if (is_ip(text)) return true;
  if (const auto rest = after_brackets(text)) {
    return rest->empty() || (rest->starts_with(':') && is_port(rest->substr(1)));
  }
  const auto colon = text.rfind(':');
  return colon != std::string_view::npos && is_ip(text.substr(0, colon)) &&
         text.substr(0, colon).find(':') == std::string_view::npos &&
         is_port(text.substr(colon + 1));
}

bool tls_fields_with_tls(const Node& tls) {
  return is(tls, "mode", "Required") ||
         (!has(tls, "caCertificateRefs") && !has(tls, "clientCertificateRef") &&
          !has(tls, "serverName") && !has(tls, "verification"));
}

// Durations that are none are told by their own rules.
bool drain_has_time(const Node& drain) {
  using std::chrono::minutes;
  using std::chrono::seconds;
  const auto minimum = duration_at(drain, "minimum").value_or(Duration::zero());
  const auto spread = duration_at(drain, "spread").value_or(Duration::zero());
  const auto deadline = duration_at(drain, "deadline").value_or(minutes(5));
  return minimum + spread + seconds(5) <= deadline;
}

constexpr NamedRule kClassRules[] = {
    {"a unix socket belongs to one port", socket_files_have_one_port},
    {"ipv6Only is about the address '::', which is not among the addresses",
     any_address_where_ipv6_only},
    {"must be an IP address or unix:/path, such as 192.0.2.1, 2001:db8::1 or "
     "unix:/run/postern/imap; the number stands in port",
     is_listen_address},
    {"idle, interval and probes belong to mode: Enabled", probes_with_keep_alive},
    {"a rule without selector fits every namespace: there can be one, and it must be the last",
     rule_for_all_is_last},
    {"In and NotIn need values; Exists and DoesNotExist have none", values_with_operator},
    {"must be an absolute path without '..', such as /usr/lib/postern/filters", is_absolute_path},
    {"must be host:port in lower case, such as redis.postern.svc:6379 or [2001:db8::1]:6379",
     is_host_and_port},
    {"the other fields of tls belong to mode: Required", tls_fields_with_tls},
    {"must be an IP address with an optional port, such as 192.0.2.53, 192.0.2.53:5353 or "
     "[2001:db8::53]:5353",
     is_name_server},
    {"deadline (5m when absent) must be at least minimum + spread + 5s", drain_has_time},
};

}  // namespace

std::span<const NamedRule> class_rules() { return kClassRules; }

}  // namespace postern::decode
