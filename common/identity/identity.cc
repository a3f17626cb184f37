#include "common/identity/identity.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "common/base/ascii.h"

namespace postern::identity {

namespace {

constexpr std::string_view kBeginning = "spiffe://postern/class/";
constexpr std::size_t kMostClassOctets = 253;

bool is_outer(char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); }

std::optional<Role> role_of(std::string_view word) {
  for (const Role role : {Role::Controller, Role::Proxy}) {
    if (word == word_of(role)) return role;
  }
  return std::nullopt;
}

}  // namespace

std::string_view word_of(Role role) {
  switch (role) {
    case Role::Controller: return "controller";
    case Role::Proxy: return "proxy";
  }
  return "";
}

bool is_class_name(std::string_view text) {
  return !text.empty() && text.size() <= kMostClassOctets && is_outer(text.front()) &&
         is_outer(text.back()) && std::all_of(text.begin(), text.end(), [](char c) {
           return is_outer(c) || c == '-' || c == '.';
         });
}

std::string uri_of(const Identity& who) {
  return fmt::format("{}{}/{}", kBeginning, who.ingress_class, word_of(who.role));
}

Result<Identity, std::string> read_uri(std::string_view uri) {
  const std::string shown = printable(uri, 320);
  const auto nobody = [&] {
    return Fail<std::string>(
        fmt::format("'{}' is not a name of the form {}CLASS/controller or {}CLASS/proxy", shown,
                    kBeginning, kBeginning));
  };
  if (!uri.starts_with(kBeginning)) return nobody();
  const std::string_view rest = uri.substr(kBeginning.size());
  const std::size_t slash = rest.rfind('/');
  if (slash == std::string_view::npos) return nobody();
  const std::string_view ingress_class = rest.substr(0, slash);
  const auto role = role_of(rest.substr(slash + 1));
  if (!role || !is_class_name(ingress_class)) return nobody();
  return Identity{*role, std::string(ingress_class)};
}

}  // namespace postern::identity
