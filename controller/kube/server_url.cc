#include "controller/kube/server_url.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "common/base/address.h"
#include "common/base/ascii.h"

namespace postern::kube {
namespace {

bool take(std::string_view& text, std::string_view start) {
  if (!starts_with_ignoring_case(text, start)) return false;
  text.remove_prefix(start.size());
  return true;
}

bool is_host(std::string_view host, bool in_brackets) {
  if (in_brackets) {
    const auto address = IpAddress::parse(host);
    return address && host.find(':') != std::string_view::npos;
  }
  constexpr std::size_t kMost = 253;
  const auto fits = [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
  };
  return !host.empty() && host.size() <= kMost && std::all_of(host.begin(), host.end(), fits);
}

bool take_port(std::string_view text, std::uint16_t& port) {
  if (text.empty()) return true;
  if (text.front() != ':') return false;
  text.remove_prefix(1);
  const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size() && port != 0;
}

bool is_prefix(std::string_view path) {
  const auto fits = [](char c) { return c > 0x20 && c < 0x7F && c != '?' && c != '#'; };
  return std::all_of(path.begin(), path.end(), fits) && path.find("/..") == std::string_view::npos;
}

}  // namespace

std::optional<ApiAccess> parse_server_url(std::string_view url) {
  ApiAccess access;
  if (take(url, "http://")) {
    access.tls = false;
    access.port = 80;
  } else if (!take(url, "https://")) {
    return std::nullopt;
  }
  const std::size_t slash = std::min(url.find('/'), url.size());
  std::string_view authority = url.substr(0, slash);
  std::string_view prefix = url.substr(slash);
  while (!prefix.empty() && prefix.back() == '/') prefix.remove_suffix(1);
  const bool in_brackets = !authority.empty() && authority.front() == '[';
  if (in_brackets) authority.remove_prefix(1);
  const std::size_t end = std::min(authority.find(in_brackets ? ']' : ':'), authority.size());
  access.host = authority.substr(0, end);
  if (in_brackets && end == authority.size()) return std::nullopt;
  authority.remove_prefix(end + (in_brackets ? 1 : 0));
  if (!is_host(access.host, in_brackets) || !take_port(authority, access.port) ||
      !is_prefix(prefix)) {
    return std::nullopt;
  }
  access.prefix = prefix;
  return access;
}

bool is_loopback(const ApiAccess& access) {
  const auto address = IpAddress::parse(access.host);
  return address ? address->is_loopback() : equal_ignoring_case(access.host, "localhost");
}

}  // namespace postern::kube
