#include "controller/model/provider.h"

#include <algorithm>
#include <charconv>

#include "common/base/ascii.h"

namespace postern::model {

namespace {

constexpr std::uint16_t kHttpsPort = 443;
constexpr std::uint16_t kHttpPort = 80;

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, problem] = std::from_chars(digits.data(), end, port);
  if (digits.empty() || stopped != end || problem != std::errc{} || port == 0) return std::nullopt;
  return port;
}

bool is_host_name(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
  });
}

// "host", "host:1", "[::1]", "[::1]:1".
bool read_authority(std::string_view authority, ServiceUrl& out) {
  std::string_view host = authority;
  std::string_view rest;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return false;
    host = authority.substr(1, end - 1);
    rest = authority.substr(end + 1);
    const auto address = IpAddress::parse(host);
    if (!address || host.find(':') == std::string_view::npos) return false;
  } else {
    host = authority.substr(0, authority.find(':'));
    rest = authority.substr(host.size());
    if (!is_host_name(host)) return false;
  }
  out.host = lower(host);
  if (rest.empty()) return true;
  const auto port = rest.front() == ':' ? parse_port(rest.substr(1)) : std::nullopt;
  if (!port) return false;
  out.port = *port;
  return true;
}

}  // namespace

std::optional<ServiceUrl> parse_service_url(std::string_view text) {
  ServiceUrl out;
  out.secure = text.starts_with("https://");
  out.port = out.secure ? kHttpsPort : kHttpPort;
  text.remove_prefix(
      std::min(text.size(), std::string_view(out.secure ? "https://" : "http://").size()));
  // Credentials in an address end in logs, and a fragment is never sent.
  if (text.find('#') != std::string_view::npos) return std::nullopt;
  const std::size_t end = std::min(text.find_first_of("/?"), text.size());
  const std::string_view authority = text.substr(0, end);
  if (authority.find('@') != std::string_view::npos) return std::nullopt;
  if (!read_authority(authority, out)) return std::nullopt;
  const std::string_view rest = text.substr(end);
  if (!rest.empty())
    out.target = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
  return out;
}

std::string EndpointSpec::name_to_resolve() const {
  if (service || url.host.empty() || IpAddress::parse(url.host)) return {};
  return url.host;
}

}  // namespace postern::model
