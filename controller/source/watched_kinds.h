// Which kinds are read from an API server, and where they are. A table and nothing else.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "controller/kube/discovery.h"
#include "controller/kube/reflector.h"

namespace postern::source {

struct WatchedKind {
  std::string_view kind;         // "EndpointSlice"
  std::string_view api_version;  // "discovery.k8s.io/v1"
  std::string_view collection;   // "endpointslices"
  bool has_namespace = true;
  bool is_optional = false;  // the server may not know it, or keep it to itself
  bool is_content = false;   // kept only of objects that are named: Secret, ConfigMap
  // Of a CRD that a cluster need not have: the version of it is looked up, among these, and
  // `api_version` is the group alone.
  std::string_view versions = {};
};

[[nodiscard]] std::span<const WatchedKind> watched_kinds();
[[nodiscard]] const WatchedKind* find_watched(std::string_view kind);

// Of one namespace; of an empty one, and of a kind that belongs to none, all there is. `version`:
// the one that was looked up.
[[nodiscard]] kube::Collection collection_of(const WatchedKind& kind,
                                             const std::string& object_namespace,
                                             std::string_view version = {});
// What is to be looked up of a kind with versions.
[[nodiscard]] kube::OptionalKind optional_kind_of(const WatchedKind& kind);
[[nodiscard]] std::string object_target(const WatchedKind& kind,
                                        const std::string& object_namespace,
                                        const std::string& name);

}  // namespace postern::source
