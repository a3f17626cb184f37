// What the fake API server says of itself: versions, groups and their kinds.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/support/fake_api/store.h"

namespace postern::test {

class ApiDiscovery {
 public:
  explicit ApiDiscovery(const std::set<std::string>& missing) : missing_(missing) {}

  // Nothing: the path is not about discovery.
  [[nodiscard]] std::optional<ApiAnswer> answer(const std::vector<std::string>& path) const {
    if (path.size() == 1 && path[0] == "version") {
      return ApiAnswer{200, {{"major", "1"}, {"minor", "36"}, {"gitVersion", "v1.36.3-fake"}}};
    }
    if (path.size() == 1 && path[0] == "api") {
      return ApiAnswer{200, {{"kind", "APIVersions"}, {"versions", json::array{"v1"}}}};
    }
    if (path.size() == 1 && path[0] == "apis") return groups();
    if (path.size() == 2 && path[0] == "api") return resources("", path[1]);
    if (path.size() == 2 && path[0] == "apis") return group(path[1]);
    if (path.size() == 3 && path[0] == "apis") return resources(path[1], path[2]);
    return std::nullopt;
  }

 private:
  [[nodiscard]] static ApiAnswer nothing() { return {404, {}}; }
  [[nodiscard]] json::object describe(const std::string& name) const {
    json::array versions;
    for (const ApiKind& kind : api_kinds()) {
      const json::object version = {{"groupVersion", kind.api_version()},
                                    {"version", kind.version}};
      if (kind.group == name &&
          std::find(versions.begin(), versions.end(), version) == versions.end()) {
        versions.push_back(version);
      }
    }
    json::object out = {{"name", name}, {"versions", versions}};
    if (!versions.empty()) out["preferredVersion"] = versions.back();
    return out;
  }
  [[nodiscard]] ApiAnswer groups() const {
    json::array out;
    std::set<std::string> told = missing_;
    told.insert("");
    for (const ApiKind& kind : api_kinds()) {
      if (told.insert(kind.group).second) out.push_back(describe(kind.group));
    }
    return {200, {{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(out)}}};
  }
  [[nodiscard]] ApiAnswer group(const std::string& name) const {
    json::object found = describe(name);
    if (missing_.contains(name) || !found.contains("preferredVersion")) return nothing();
    found["kind"] = "APIGroup";
    found["apiVersion"] = "v1";
    return {200, std::move(found)};
  }
  [[nodiscard]] ApiAnswer resources(const std::string& group, const std::string& version) const {
    json::array out;
    for (const ApiKind& kind : api_kinds()) {
      if (kind.group != group || kind.version != version || missing_.contains(group)) continue;
      const json::array verbs = {"create", "delete", "get", "list", "patch", "update", "watch"};
      out.push_back({{"name", kind.plural},
                     {"singularName", ""},
                     {"namespaced", kind.namespaced},
                     {"kind", kind.kind},
                     {"verbs", verbs}});
      if (kind.custom) {
        out.push_back({{"name", kind.plural + "/status"},
                       {"singularName", ""},
                       {"namespaced", kind.namespaced},
                       {"kind", kind.kind},
                       {"verbs", json::array{"get", "patch", "update"}}});
      }
    }
    if (out.empty()) return nothing();
    return {200,
            {{"kind", "APIResourceList"},
             {"apiVersion", "v1"},
             {"groupVersion", group.empty() ? version : group + "/" + version},
             {"resources", std::move(out)}}};
  }

  const std::set<std::string>& missing_;
};

}  // namespace postern::test
