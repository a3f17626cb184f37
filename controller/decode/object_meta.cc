#include "controller/decode/object_meta.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/base/ascii.h"
#include "controller/decode/fields.h"
#include "controller/decode/suggest.h"

namespace postern::decode {

namespace {

// ObjectMeta of Kubernetes; what we do not use is taken and left.
const std::vector<std::string>& meta_fields() {
  static const std::vector<std::string> kFields = {"name",
                                                   "namespace",
                                                   "labels",
                                                   "annotations",
                                                   "creationTimestamp",
                                                   "uid",
                                                   "generation",
                                                   "resourceVersion",
                                                   "managedFields",
                                                   "ownerReferences",
                                                   "finalizers",
                                                   "generateName",
                                                   "deletionTimestamp",
                                                   "deletionGracePeriodSeconds",
                                                   "selfLink"};
  return kFields;
}

bool is_label(std::string_view label) {
  const auto edge = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); };
  return !label.empty() && edge(label.front()) && edge(label.back()) &&
         std::all_of(label.begin(), label.end(), [&](char c) { return edge(c) || c == '-'; });
}

// RFC 1123 subdomain, as Kubernetes wants names of objects.
bool is_object_name(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  for (;;) {
    const auto dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

bool is_namespace(std::string_view name) { return name.size() <= 63 && is_label(name); }

void check_name(const Node& metadata, std::string_view key, bool (*fits)(std::string_view),
                Findings& findings) {
  const Node* name = metadata.find(key);
  if (name == nullptr) return;
  const std::string field = join("metadata", key);
  if (name->kind != Node::Kind::String) {
    return findings.add(*name, field, "must be text: write it in quotes");
  }
  if (!fits(name->text)) {
    findings.add(*name, field,
                 quoted(name->text) +
                     " must be a name such as mail: lower-case letters, digits "
                     "and -, with no - at its ends");
  }
}

// Kinds that the API calls cluster-scoped.
bool has_no_namespace(std::string_view kind) {
  return kind == "MailClass" || kind == "Namespace" || kind == "IngressClass";
}

void check_namespace(const Node& metadata, const std::string& kind, Findings& findings) {
  const Node* written = metadata.find("namespace");
  if (written == nullptr || !has_no_namespace(kind)) {
    return check_name(metadata, "namespace", is_namespace, findings);
  }
  findings.add(*written, "metadata.namespace",
               "a " + kind + " belongs to no namespace: take the line away");
}

std::map<std::string, std::string> read_words(const Node& metadata, std::string_view key,
                                              Findings& findings) {
  std::map<std::string, std::string> out;
  const Node* words = metadata.find(key);
  if (words == nullptr || words->kind == Node::Kind::Null) return out;
  const std::string field = join("metadata", key);
  if (words->kind != Node::Kind::Map) {
    findings.add(*words, field, "must be a block of fields, each with a text");
    return out;
  }
  for (const Member& word : words->members) {
    if (word.value.kind != Node::Kind::String) {
      findings.add(word.value, join(field, word.key), "must be text: write it in quotes");
    }
    out[word.key] = word.value.text;
  }
  return out;
}

void check_fields(const Node& metadata, Findings& findings) {
  for (const Member& member : metadata.members) {
    const auto& known = meta_fields();
    if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
    const std::string near = nearest(member.key, known);
    findings.add(member.value, join("metadata", member.key),
                 "there is no such field: " +
                     (near.empty() ? std::string("take it away") : "did you mean " + near + "?"));
  }
}

void collect_places(const Node& node, const std::string& path,
                    std::vector<model::FieldPlace>& places) {
  // What a default filled in has the place of the field above it.
  if (!node.written) return;
  places.push_back({path, node.mark.line, node.mark.column});
  for (const Member& member : node.members) {
    collect_places(member.value, join(path, member.key), places);
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    collect_places(node.items[i], join(path, i), places);
  }
}

// A class with a slip in its kind is still the class: were it nobody's, what it forbids would be
// allowed, as where there is none.
std::string kind_of(const Node& document) {
  static const std::vector<std::string> kClass = {"MailClass"};
  std::string kind = printable(text_at(document, "kind"), 64);
  return nearest(kind, kClass).empty() ? kind : kClass.front();
}

}  // namespace

model::ObjectKey key_of(const Node& document) {
  model::ObjectKey key{kind_of(document), "default", ""};
  if (has_no_namespace(key.kind)) key.object_namespace.clear();
  const Node* metadata = document.find("metadata");
  if (metadata == nullptr) return key;
  key.name = printable(text_at(*metadata, "name"), 253);
  if (has_no_namespace(key.kind)) return key;
  const std::string written = text_at(*metadata, "namespace");
  if (!written.empty()) key.object_namespace = printable(written, 63);
  return key;
}

model::Meta read_meta(const Node& document, const std::string& file, Findings& findings) {
  model::Meta meta;
  meta.key = key_of(document);
  const Node* metadata = document.find("metadata");
  if (metadata == nullptr || metadata->kind != Node::Kind::Map || !has(*metadata, "name")) {
    findings.add(metadata == nullptr ? document : *metadata, "metadata.name",
                 "is missing: write metadata: {name: …}");
    return meta;
  }
  check_fields(*metadata, findings);
  check_name(*metadata, "name", is_object_name, findings);
  check_namespace(*metadata, meta.key.kind, findings);
  meta.uid = text_at(*metadata, "uid");
  if (const Node* generation = metadata->find("generation")) {
    meta.generation = number_of(*generation);
  }
  meta.creation_timestamp = text_at(*metadata, "creationTimestamp");
  meta.labels = read_words(*metadata, "labels", findings);
  meta.annotations = read_words(*metadata, "annotations", findings);
  // The whole object once more, as it was applied; of a Secret too.
  meta.annotations.erase("kubectl.kubernetes.io/last-applied-configuration");
  if (document.mark == Mark{}) return meta;  // it has no lines
  std::vector<model::FieldPlace> places;
  // Data of Secrets and ConfigMaps can have any number of keys; no problem points into them.
  if (meta.key.kind != "Secret" && meta.key.kind != "ConfigMap") {
    collect_places(document, "", places);
  }
  collect_places(*metadata, "metadata", places);
  places.push_back({"", document.mark.line, document.mark.column});
  meta.places = model::Places(file, std::move(places));
  return meta;
}

}  // namespace postern::decode
