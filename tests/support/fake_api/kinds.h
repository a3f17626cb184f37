// The kinds of objects that the fake API server keeps, and where their addresses lead. What a real
// server knows and no controller of ours asks for is not here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::test {

struct ApiKind {
  std::string group;  // empty: the core group
  std::string version;
  std::string plural;
  std::string kind;
  bool namespaced = true;
  bool custom = false;  // defined by a CRD: has a status of its own and a generation

  [[nodiscard]] std::string api_version() const {
    return group.empty() ? version : group + "/" + version;
  }
};

inline const std::vector<ApiKind>& api_kinds() {
  static const std::vector<ApiKind> kinds = {
      {"", "v1", "namespaces", "Namespace", false},
      {"", "v1", "secrets", "Secret"},
      {"", "v1", "configmaps", "ConfigMap"},
      {"", "v1", "services", "Service"},
      {"", "v1", "pods", "Pod"},
      {"", "v1", "events", "Event"},
      {"events.k8s.io", "v1", "events", "Event"},
      {"discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"},
      {"networking.k8s.io", "v1", "ingressclasses", "IngressClass", false},
      {"coordination.k8s.io", "v1", "leases", "Lease"},
      {"postern.dev", "v1alpha1", "mailservers", "MailServer", true, true},
      {"postern.dev", "v1alpha1", "mailclasses", "MailClass", false, true},
      {"gateway.networking.k8s.io", "v1beta1", "referencegrants", "ReferenceGrant", true, true},
      {"gateway.networking.k8s.io", "v1", "referencegrants", "ReferenceGrant", true, true},
  };
  return kinds;
}

// Objects of one group and plural are the same in each version.
inline std::string storage_of(const ApiKind& kind) { return kind.group + "/" + kind.plural; }

// Percent-decoding; a '%' without two digits stays as it is.
inline std::string decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(at + 1, 2)), nullptr, 16));
      at += 2;
    } else {
      out += plus_is_space && text[at] == '+' ? ' ' : text[at];
    }
  }
  return out;
}

inline std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = text.find(at);
    if (end != 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

// A path and a query, taken apart.
struct ApiTarget {
  std::vector<std::string> path;
  std::vector<std::pair<std::string, std::string>> query;
  bool partial = false;  // of objects only their metadata is wanted (the Accept header says it)

  static ApiTarget of(std::string_view target) {
    ApiTarget out;
    const std::size_t mark = target.find('?');
    for (const std::string& part : split(target.substr(0, mark), '/')) {
      out.path.push_back(decoded(part, false));
    }
    if (mark == std::string_view::npos) return out;
    for (const std::string& pair : split(target.substr(mark + 1), '&')) {
      const std::size_t equals = pair.find('=');
      out.query.emplace_back(
          decoded(pair.substr(0, equals), true),
          equals == std::string::npos ? "" : decoded(pair.substr(equals + 1), true));
    }
    return out;
  }
  [[nodiscard]] std::string value(std::string_view name) const {
    for (const auto& [key, text] : query) {
      if (key == name) return text;
    }
    return {};
  }
  [[nodiscard]] bool is_true(std::string_view name) const {
    const std::string text = value(name);
    return text == "true" || text == "1";
  }
};

// What a path names: a kind, of a namespace or of all, one object or all, a part of it or the
// whole.
struct ApiAddress {
  const ApiKind* kind = nullptr;
  std::string in_namespace;
  std::string name;
  std::string part;  // "status"

  static std::optional<ApiAddress> of(const std::vector<std::string>& path) {
    if (path.size() < 2 || (path[0] != "api" && path[0] != "apis")) return std::nullopt;
    const bool core = path[0] == "api";
    const std::string group = core ? "" : path[1];
    if (!core && path.size() < 3) return std::nullopt;
    std::size_t at = core ? 2 : 3;
    ApiAddress out;
    if (path.size() > at + 2 && path[at] == "namespaces") {
      out.in_namespace = path[at + 1];
      at += 2;
    }
    if (path.size() <= at) return std::nullopt;
    for (const ApiKind& kind : api_kinds()) {
      if (kind.group == group && kind.version == path[core ? 1 : 2] && kind.plural == path[at]) {
        out.kind = &kind;
      }
    }
    if (!out.kind) return std::nullopt;
    if (path.size() > at + 1) out.name = path[at + 1];
    if (path.size() > at + 2) out.part = path[at + 2];
    return out;
  }
};

}  // namespace postern::test
