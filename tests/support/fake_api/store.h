// What the fake API server holds: objects with revisions, and every change since the beginning, so
// that any earlier view can be shown again. Not thread-safe; the server's lock is held.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/support/fake_api/objects.h"

namespace postern::test {

using ApiObject = std::shared_ptr<const json::object>;

// Empty: not there (before an ADDED, after a DELETED).
struct ApiChange {
  std::uint64_t revision = 0;
  const ApiKind* kind = nullptr;
  ApiObject before;
  ApiObject after;  // of a deletion: as it was last, with the revision of the deletion
  bool deleted = false;
};

struct ApiKey {
  std::string storage;
  std::string in_namespace;
  std::string name;
  auto operator<=>(const ApiKey&) const = default;
};

// An object, or a Status that says why not.
struct ApiAnswer {
  int code = 200;
  json::object body;
  [[nodiscard]] bool ok() const { return code < 400; }
};
inline ApiAnswer refusal(int code, std::string_view reason, std::string_view message) {
  return {code, status_object(code, reason, message)};
}

// Which part of an object a write is about, and by whom.
struct ApiWrite {
  bool status_only = false;
  bool applied = false;     // of a status: its metadata is not looked at, a wrong uid neither
  bool keeps_time = false;  // a creationTimestamp that is given stays
};

class ApiStore {
 public:
  ApiStore() {
    for (const char* const name : {"default", "kube-system"}) make_namespace(name);
  }

  [[nodiscard]] std::uint64_t revision() const { return revision_; }
  // Revisions up to this one are forgotten: who asks from there is told 410.
  [[nodiscard]] std::uint64_t compacted() const { return compacted_; }
  void compact() { compacted_ = revision_; }
  [[nodiscard]] const std::vector<ApiChange>& log() const { return log_; }
  [[nodiscard]] std::size_t index_after(std::uint64_t revision) const {
    const auto at = std::upper_bound(
        log_.begin(), log_.end(), revision,
        [](std::uint64_t wanted, const ApiChange& change) { return wanted < change.revision; });
    return static_cast<std::size_t>(at - log_.begin());
  }

  [[nodiscard]] ApiObject find(const ApiKey& key) const {
    const auto found = objects_.find(key);
    return found == objects_.end() ? nullptr : found->second;
  }
  // As it was at `revision`.
  [[nodiscard]] ApiObject find_at(const ApiKind& kind, const ApiKey& key,
                                  std::uint64_t revision) const {
    if (revision >= revision_) return find(key);
    for (const ApiObject& object : all(storage_of(kind), revision)) {
      if (key_of(kind, *object) == key) return object;
    }
    return nullptr;
  }
  // In the order of their names, as they were at `revision`.
  [[nodiscard]] std::vector<ApiObject> all(const std::string& storage,
                                           std::uint64_t revision) const {
    std::map<ApiKey, ApiObject> found;
    if (revision >= revision_) {
      for (const auto& [key, object] : objects_) {
        if (key.storage == storage) found.emplace(key, object);
      }
    } else {
      for (const ApiChange& change : log_) {
        if (change.revision > revision) break;
        if (storage_of(*change.kind) != storage) continue;
        if (change.deleted) {
          found.erase(key_of(*change.kind, *change.after));
        } else {
          found[key_of(*change.kind, *change.after)] = change.after;
        }
      }
    }
    std::vector<ApiObject> out;
    for (auto& [key, object] : found) out.push_back(std::move(object));
    return out;
  }

  static ApiKey key_of(const ApiKind& kind, const json::object& object) {
    const json::object& metadata = member(object, "metadata");
    return {storage_of(kind), kind.namespaced ? text_of(metadata, "namespace") : "",
            text_of(metadata, "name")};
  }

  ApiAnswer create(const ApiKind& kind, json::object object, ApiWrite how = {}) {
    json::object& metadata = make_member(object, "metadata");
    if (text_of(metadata, "name").empty() && !text_of(metadata, "generateName").empty()) {
      metadata["name"] = text_of(metadata, "generateName") + std::to_string(revision_);
    }
    const ApiKey key = key_of(kind, object);
    if (key.name.empty()) return refusal(422, "Invalid", "metadata.name: Required value");
    if (find(key)) {
      return refusal(409, "AlreadyExists", kind.plural + " \"" + key.name + "\" already exists");
    }
    if (kind.namespaced && !find({"/namespaces", "", key.in_namespace})) {
      return refusal(404, "NotFound", "namespaces \"" + key.in_namespace + "\" not found");
    }
    metadata["uid"] = fresh_uid();
    if (!how.keeps_time || text_of(metadata, "creationTimestamp").empty()) {
      metadata["creationTimestamp"] = time_now();
    }
    if (kind.custom) {
      metadata["generation"] = 1;
      object.erase("status");
    }
    return commit(kind, nullptr, std::move(object), 201);
  }

  // The whole object as it shall be.
  ApiAnswer update(const ApiKind& kind, json::object object, ApiWrite how = {}) {
    const ApiKey key = key_of(kind, object);
    const ApiObject before = find(key);
    if (!before) return refusal(404, "NotFound", kind.plural + " \"" + key.name + "\" not found");
    const json::object& had = member(*before, "metadata");
    json::object& metadata = make_member(object, "metadata");
    for (const char* const name : {"resourceVersion", "uid"}) {
      const std::string wanted = text_of(metadata, name);
      if (how.applied && how.status_only && std::string_view(name) == "uid") continue;
      if (!wanted.empty() && wanted != text_of(had, name)) {
        return refusal(409, "Conflict",
                       "Operation cannot be fulfilled on " + kind.plural + " \"" + key.name +
                           "\": " + name + " differs");
      }
    }
    if (how.status_only) {
      json::object whole = *before;
      whole["status"] = object["status"];
      return commit(kind, before, std::move(whole), 200);
    }
    for (const char* const name : {"uid", "creationTimestamp", "generation"}) {
      if (had.contains(name)) metadata[name] = had.at(name);
    }
    if (kind.custom) keep_status(*before, object);
    return commit(kind, before, std::move(object), 200);
  }

  ApiAnswer erase(const ApiKind& kind, const ApiKey& key, const json::object& conditions = {}) {
    const ApiObject before = find(key);
    if (!before) return refusal(404, "NotFound", kind.plural + " \"" + key.name + "\" not found");
    const std::string uid = text_of(member(conditions, "preconditions"), "uid");
    if (!uid.empty() && uid != text_at(*before, "metadata.uid")) {
      return refusal(409, "Conflict", "the UID in the precondition does not match");
    }
    if (kind.kind == "Namespace") empty_namespace(key.name);
    json::object last = *before;
    make_member(last, "metadata")["resourceVersion"] = std::to_string(++revision_);
    log_.push_back({revision_, &kind, before, std::make_shared<json::object>(last), true});
    objects_.erase(key);
    for (auto at = applied_.begin(); at != applied_.end();) {
      at = std::get<0>(at->first) == key ? applied_.erase(at) : std::next(at);
    }
    return {200, std::move(last)};
  }

  // Server-side apply.
  ApiAnswer apply(const ApiKind& kind, json::object object, const std::string& manager,
                  ApiWrite how) {
    const ApiKey key = key_of(kind, object);
    const ApiObject before = find(key);
    if (!before && how.status_only) {
      return refusal(404, "NotFound", kind.plural + " \"" + key.name + "\" not found");
    }
    json::object fields = std::move(object);
    for (const char* const name : {"apiVersion", "kind"}) fields.erase(name);
    const json::object identity = member(fields, "metadata");
    fields.erase("metadata");
    json::object& metadata = make_member(fields, "metadata");
    for (const char* const name : {"labels", "annotations"}) {
      if (identity.contains(name)) metadata[name] = identity.at(name);
    }
    json::object whole = before ? *before : json::object();
    json::object& own = make_member(whole, "metadata");
    for (const char* const name : {"name", "namespace", "uid", "resourceVersion"}) {
      if (identity.contains(name)) own[name] = identity.at(name);
    }
    json::object& last = applied_[{key, how.status_only, manager}];
    apply_fields(whole, last, fields);
    ApiAnswer answer =
        before ? update(kind, std::move(whole), how) : create(kind, std::move(whole));
    if (answer.ok()) last = std::move(fields);
    return answer;
  }

  ApiAnswer make_namespace(const std::string& name) {
    return create(api_kinds().front(), {{"metadata", {{"name", name}}}});
  }

 private:
  static void keep_status(const json::object& before, json::object& object) {
    object.erase("status");
    if (before.contains("status")) object["status"] = before.at("status");
  }
  // The same but for what a server counts itself?
  static bool same(json::object left, json::object right) {
    for (json::object* const side : {&left, &right}) {
      json::object& metadata = make_member(*side, "metadata");
      for (const char* const name : {"resourceVersion", "generation", "managedFields"}) {
        metadata.erase(name);
      }
    }
    return left == right;
  }
  static bool spec_differs(const json::object& before, const json::object& after) {
    json::object left = before, right = after;
    for (json::object* const side : {&left, &right}) {
      side->erase("metadata");
      side->erase("status");
    }
    return left != right;
  }

  ApiAnswer commit(const ApiKind& kind, ApiObject before, json::object object, int code) {
    fill_in(object, kind);
    object["apiVersion"] = kind.api_version();
    object["kind"] = kind.kind;
    if (before && same(*before, object)) return {code, *before};
    json::object& metadata = make_member(object, "metadata");
    if (before && kind.custom && spec_differs(*before, object)) {
      metadata["generation"] = metadata["generation"].to_number<std::int64_t>() + 1;
    }
    metadata["resourceVersion"] = std::to_string(++revision_);
    metadata["managedFields"] = json::array{{{"manager", "somebody"},
                                             {"operation", "Update"},
                                             {"apiVersion", kind.api_version()},
                                             {"fieldsType", "FieldsV1"},
                                             {"fieldsV1", {{"f:spec", json::object()}}}}};
    const ApiObject after = std::make_shared<json::object>(object);
    objects_[key_of(kind, object)] = after;
    log_.push_back({revision_, &kind, std::move(before), after, false});
    return {code, std::move(object)};
  }

  void empty_namespace(const std::string& name) {
    std::vector<std::pair<const ApiKind*, ApiKey>> inside;
    for (const auto& [key, object] : objects_) {
      if (key.in_namespace != name) continue;
      for (const ApiKind& kind : api_kinds()) {
        if (storage_of(kind) == key.storage &&
            kind.api_version() == text_of(*object, "apiVersion")) {
          inside.emplace_back(&kind, key);
        }
      }
    }
    for (const auto& [kind, key] : inside) erase(*kind, key);
  }

  std::string fresh_uid() {
    char text[40];
    std::snprintf(text, sizeof text, "00000000-0000-4000-8000-%012x", ++uids_);
    return text;
  }

  std::uint64_t revision_ = 1000;
  std::uint64_t compacted_ = 0;
  unsigned uids_ = 0;
  std::map<ApiKey, ApiObject> objects_;
  std::vector<ApiChange> log_;
  std::map<std::tuple<ApiKey, bool, std::string>, json::object> applied_;
};

}  // namespace postern::test
