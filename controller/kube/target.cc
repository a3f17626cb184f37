#include "controller/kube/target.h"

#include <algorithm>

#include "common/base/ascii.h"

namespace postern::kube {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

bool is_label(std::string_view text) {
  constexpr std::size_t kMost = 63;
  const auto fits = [](char c) { return is_lower(c) || is_digit(c) || c == '-'; };
  return !text.empty() && text.size() <= kMost && std::all_of(text.begin(), text.end(), fits) &&
         text.front() != '-' && text.back() != '-';
}

bool is_subdomain(std::string_view text) {
  constexpr std::size_t kMost = 253;
  if (text.empty() || text.size() > kMost) return false;
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

// What the API server takes as a segment of a path; kinds have their own, stricter rules.
bool is_segment(std::string_view text) {
  constexpr std::size_t kMost = 253;
  return !text.empty() && text.size() <= kMost && text != "." && text != ".." &&
         text.find_first_of("/%") == std::string_view::npos && !has_control(text);
}

}  // namespace

std::optional<std::string> target_of(const ObjectAddress& address) {
  const bool fits = (address.group.empty() || is_subdomain(address.group)) &&
                    is_label(address.version) && is_label(address.plural) &&
                    (address.in_namespace.empty() || is_label(address.in_namespace)) &&
                    (address.name.empty() || is_segment(address.name)) &&
                    (address.subresource.empty() || is_label(address.subresource)) &&
                    (address.subresource.empty() || !address.name.empty());
  if (!fits) return std::nullopt;
  std::string out = address.group.empty() ? "/api/" : "/apis/" + address.group + "/";
  out += address.version;
  if (!address.in_namespace.empty()) out += "/namespaces/" + address.in_namespace;
  out += "/" + address.plural;
  if (!address.name.empty()) out += "/" + percent_encoded(address.name);
  if (!address.subresource.empty()) out += "/" + address.subresource;
  return out;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_letter(c) || is_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    out += {'%', kDigits[octet >> 4], kDigits[octet & 15]};
  }
  return out;
}

std::string with_query(std::string target, std::string_view name, std::string_view value) {
  target += target.find('?') == std::string::npos ? '?' : '&';
  target += percent_encoded(name);
  target += '=';
  target += percent_encoded(value);
  return target;
}

}  // namespace postern::kube
