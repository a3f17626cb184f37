// One cell of the table of logins as somebody would write it: a manifest with one mechanism, one
// provider and one login method, read and built by the real thing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/resource.h"

namespace postern::logins {

// Of the page: a column of providers.
struct ProviderKind {
  const char* title;
  const char* lines;  // of the manifest; with more in `tls`
  const char* tls = "";
};
[[nodiscard]] const std::vector<ProviderKind>& provider_kinds();
[[nodiscard]] const std::vector<std::string>& methods();

// What was made of it: the configuration of a proxy, or why nobody gets one.
struct Cell {
  std::vector<config::Resource> resources;
  std::vector<std::string> refusals;  // "Reason: message"; warnings are none

  [[nodiscard]] bool works() const { return refusals.empty(); }
  template <class T>
  [[nodiscard]] const T* only() const {
    for (const config::Resource& one : resources) {
      if (const auto* body = one.as<T>()) return body;
    }
    return nullptr;
  }
};
[[nodiscard]] Cell build_cell(Mechanism mechanism, const ProviderKind& provider,
                              const std::string& method);

}  // namespace postern::logins
