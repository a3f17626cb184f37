#include "controller/source/watched_kinds.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace postern::source {

namespace {

constexpr std::array<WatchedKind, 9> kKinds = {{
    {"MailServer", "postern.dev/v1alpha1", "mailservers"},
    {"MailClass", "postern.dev/v1alpha1", "mailclasses", false},
    {"IngressClass", "networking.k8s.io/v1", "ingressclasses", false},
    {"Namespace", "v1", "namespaces", false, true},
    {"ReferenceGrant", "gateway.networking.k8s.io", "referencegrants", true, true, false,
     "v1 v1beta1"},
    {"Service", "v1", "services"},
    {"EndpointSlice", "discovery.k8s.io/v1", "endpointslices"},
    {"ConfigMap", "v1", "configmaps", true, false, true},
    {"Secret", "v1", "secrets", true, false, true},
}};

std::string base_of(std::string_view api_version) {
  const bool is_core = api_version.find('/') == std::string_view::npos;
  return fmt::format("/{}/{}", is_core ? "api" : "apis", api_version);
}

}  // namespace

std::span<const WatchedKind> watched_kinds() { return kKinds; }

const WatchedKind* find_watched(std::string_view kind) {
  const auto found = std::ranges::find(kKinds, kind, &WatchedKind::kind);
  return found == kKinds.end() ? nullptr : &*found;
}

kube::Collection collection_of(const WatchedKind& kind, const std::string& object_namespace,
                               std::string_view version) {
  const std::string looked_up = fmt::format("{}/{}", kind.api_version, version);
  std::string target = base_of(version.empty() ? kind.api_version : looked_up);
  if (kind.has_namespace && !object_namespace.empty()) target += "/namespaces/" + object_namespace;
  target += fmt::format("/{}", kind.collection);
  return {.name = std::string(kind.collection),
          .target = std::move(target),
          .kind = std::string(kind.kind)};
}

kube::OptionalKind optional_kind_of(const WatchedKind& kind) {
  kube::OptionalKind out{std::string(kind.api_version), {}, std::string(kind.collection)};
  for (std::string_view left = kind.versions; !left.empty();) {
    const auto blank = left.find(' ');
    out.versions.emplace_back(left.substr(0, blank));
    left = blank == std::string_view::npos ? std::string_view{} : left.substr(blank + 1);
  }
  return out;
}

std::string object_target(const WatchedKind& kind, const std::string& object_namespace,
                          const std::string& name) {
  return fmt::format("{}/namespaces/{}/{}/{}", base_of(kind.api_version), object_namespace,
                     kind.collection, name);
}

}  // namespace postern::source
