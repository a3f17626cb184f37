// One request to the fake API server → one answer, all but watches. The state's lock is held.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/fake_api/discovery.h"
#include "tests/support/fake_api/state.h"

namespace postern::test {

// What is told of an object: all of it as the asked version has it, or its metadata alone. In lists
// those of built-in kinds do not say what they are.
inline json::object in_version(const ApiKind& kind, const json::object& object, bool in_list,
                               bool partial) {
  if (partial) {
    return {{"kind", "PartialObjectMetadata"},
            {"apiVersion", "meta.k8s.io/v1"},
            {"metadata", member(object, "metadata")}};
  }
  json::object out = object;
  if (in_list && !kind.custom) {
    out.erase("apiVersion");
    out.erase("kind");
  } else {
    out["apiVersion"] = kind.api_version();
  }
  return out;
}

struct ApiSelection {
  std::string in_namespace;
  std::string name;
  std::string fields;
  std::string labels;

  static ApiSelection of(const ApiAddress& address, const ApiTarget& target) {
    return {address.in_namespace, address.name, target.value("fieldSelector"),
            target.value("labelSelector")};
  }
  [[nodiscard]] bool has(const json::object& object) const {
    const json::object& metadata = member(object, "metadata");
    if (!in_namespace.empty() && text_of(metadata, "namespace") != in_namespace) return false;
    if (!name.empty() && text_of(metadata, "name") != name) return false;
    return selected(fields,
                    [&](const std::string& key) { return std::optional(text_at(object, key)); }) &&
           selected(labels, [&](const std::string& key) -> std::optional<std::string> {
             const json::object& labels_of = member(metadata, "labels");
             if (!labels_of.contains(key)) return std::nullopt;
             return text_of(labels_of, key);
           });
  }
};

class ApiAnswering {
 public:
  ApiAnswering(ApiState& state, const ApiTarget& target, const ApiAsked& asked)
      : state_(state), target_(target), asked_(asked) {}

  [[nodiscard]] ApiAnswer list(const ApiAddress& address, std::uint64_t back) {
    const std::uint64_t now = state_.view_of(asked_.user);
    if (const auto too_new = refused_revision(now)) return *too_new;
    const std::string token = target_.value("continue");
    std::size_t from = 0;
    std::uint64_t revision = now - std::min(back, now);
    if (!token.empty()) {
      const std::size_t colon = token.find(':');
      revision = std::stoull(token.substr(0, colon));
      from = std::stoul(token.substr(colon + 1));
      if (revision < state_.store.compacted()) {
        return refusal(410, "Expired", "The provided continue parameter is too old");
      }
    }
    return page(address, revision, from);
  }

  [[nodiscard]] ApiAnswer get(const ApiAddress& address) const {
    const ApiObject found =
        state_.store.find_at(*address.kind, key_of(address), state_.view_of(asked_.user));
    if (!found) return not_found(address);
    return {200, in_version(*address.kind, *found, false, target_.partial)};
  }

  [[nodiscard]] ApiAnswer write(const ApiAddress& address, const std::string& method,
                                const std::string& type, const std::string& body) {
    json::object object;
    if (!body.empty()) {
      boost::system::error_code error;
      json::value read = json::parse(body, error);
      if (error || !read.is_object()) return refusal(400, "BadRequest", "the body is no object");
      object = std::move(read.get_object());
    }
    if (method == "DELETE") return state_.store.erase(*address.kind, key_of(address), object);
    json::object& metadata = make_member(object, "metadata");
    if (address.kind->namespaced) metadata["namespace"] = address.in_namespace;
    if (method == "POST") return state_.store.create(*address.kind, std::move(object));
    metadata["name"] = address.name;
    const ApiWrite how{address.part == "status", false};
    if (method == "PUT") return state_.store.update(*address.kind, std::move(object), how);
    return patch(address, type, std::move(object), how);
  }

 private:
  [[nodiscard]] static ApiKey key_of(const ApiAddress& address) {
    return {storage_of(*address.kind), address.in_namespace, address.name};
  }
  [[nodiscard]] static ApiAnswer not_found(const ApiAddress& address) {
    return refusal(404, "NotFound", address.kind->plural + " \"" + address.name + "\" not found");
  }

  // A list "not older than" what is not there yet.
  [[nodiscard]] std::optional<ApiAnswer> refused_revision(std::uint64_t now) const {
    const std::string wanted = target_.value("resourceVersion");
    if (wanted.empty() || wanted == "0" || std::stoull(wanted) <= now) return std::nullopt;
    ApiAnswer out =
        refusal(504, "Timeout",
                "Too large resource version: " + wanted + ", current: " + std::to_string(now));
    out.body["details"] = {{"causes", json::array{{{"reason", "ResourceVersionTooLarge"},
                                                   {"message", "Too large resource version"}}}},
                           {"retryAfterSeconds", 1}};
    return out;
  }

  [[nodiscard]] ApiAnswer page(const ApiAddress& address, std::uint64_t revision,
                               std::size_t from) const {
    const ApiSelection selection = ApiSelection::of(address, target_);
    std::vector<ApiObject> found;
    for (const ApiObject& object : state_.store.all(storage_of(*address.kind), revision)) {
      if (selection.has(*object)) found.push_back(object);
    }
    const std::string limit = target_.value("limit");
    const std::size_t most = limit.empty() || limit == "0" ? found.size() : std::stoul(limit);
    json::array items;
    for (std::size_t at = from; at < found.size() && at < from + most; ++at) {
      items.push_back(in_version(*address.kind, *found[at], true, target_.partial));
    }
    json::object metadata = {{"resourceVersion", std::to_string(revision)}};
    if (from + most < found.size()) {
      metadata["continue"] = std::to_string(revision) + ":" + std::to_string(from + most);
      metadata["remainingItemCount"] = found.size() - from - most;
    }
    return {200,
            {{"kind", target_.partial ? "PartialObjectMetadataList" : address.kind->kind + "List"},
             {"apiVersion", target_.partial ? "meta.k8s.io/v1" : address.kind->api_version()},
             {"metadata", std::move(metadata)},
             {"items", std::move(items)}}};
  }

  [[nodiscard]] ApiAnswer patch(const ApiAddress& address, const std::string& type,
                                json::object change, ApiWrite how) {
    if (type == "application/apply-patch+yaml") {
      const std::string manager = target_.value("fieldManager");
      if (manager.empty()) return refusal(422, "Invalid", "fieldManager: Required value");
      return state_.store.apply(*address.kind, std::move(change), manager, how);
    }
    if (type != "application/merge-patch+json" &&
        type != "application/strategic-merge-patch+json") {
      return refusal(415, "UnsupportedMediaType",
                     "the body of the request was in an unknown format");
    }
    const ApiObject before = state_.store.find(key_of(address));
    if (!before) return not_found(address);
    json::object whole = *before;
    if (!member(change, "metadata").contains("resourceVersion")) {
      make_member(whole, "metadata").erase("resourceVersion");
    }
    merge_patch(whole, change);
    return state_.store.update(*address.kind, std::move(whole), how);
  }

  ApiState& state_;
  const ApiTarget& target_;
  const ApiAsked& asked_;
};

}  // namespace postern::test
